import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '../http/answer.ts';
import type { JsonObject } from '../http/parse-json-object.ts';
import { unpricedFieldNames } from './unpriced-features.ts';

/** The fields a request is admitted and priced by. */
const readFields: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'n',
  'max_tokens',
  'max_completion_tokens',
  'tools',
  ...unpricedFieldNames,
]);

/**
 * Refuses a field that the gateway goes by in letters of another case. It would be passed over here, while a provider
 * whose parser does not care for case (Go's own does not) would follow it: `Max_Tokens` would outrun the hold.
 */
export function spellingProblem(body: JsonObject): Refusal | undefined {
  for (const field of Object.keys(body)) {
    const plain = foldCase(field);
    if (plain === field || !readFields.has(plain)) continue;
    return invalid(`Unknown parameter: '${field}'. Did you mean '${plain}'?`, field);
  }
  return undefined;
}

/**
 * Up and down again, which also brings the letters to ASCII that have an ASCII letter for their other case: U+017F,
 * U+212A.
 */
function foldCase(field: string): string {
  return field.toUpperCase().toLowerCase();
}
