import { asObject, type JsonObject } from '#kernel/json.ts';
import { refuse } from './refuse.ts';

/** The JSON that the answer must be. */
export interface JsonFormat {
  readonly schema: JsonObject;
  readonly description: string;
}

const DESCRIPTION = 'Gives the whole answer, as one JSON object, in the form the conversation asks for.';

/** The format that `response_format` asks for; null for plain text. Throws a `Fault` if Anthropic cannot do it. */
export function readJsonFormat(responseFormat: unknown): JsonFormat | null {
  const format = asObject(responseFormat);
  if (!format || format['type'] === 'text') return null;
  if (format['type'] === 'json_object') return { schema: { type: 'object' }, description: DESCRIPTION };
  const wanted = asObject(format['json_schema']);
  const schema = asObject(wanted?.['schema']);
  if (format['type'] !== 'json_schema' || !schema) {
    throw refuse('response_format', "'response_format' has to be text, json_object, or json_schema with a schema.");
  }
  if (schema['type'] !== 'object') {
    throw refuse('response_format', "The schema of 'response_format' has to be of type object at its root.");
  }
  const description = wanted?.['description'];
  return { schema, description: typeof description === 'string' ? `${DESCRIPTION} ${description}` : DESCRIPTION };
}
