import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import { asksForThoughts } from '../../ask/needs-of-model.ts';
import type { Capability } from '../../asked.ts';
import { isSearchTool } from './searches.ts';

const SEALED_THOUGHTS = 'reasoning.encrypted_content';

/** What a model must be able to do for a request of a checked shape. */
export function ableFor(body: JsonObject): Readonly<Record<Capability, boolean>> {
  const tools = asArray(body['tools']);
  const searches = tools.filter((tool) => isSearchTool(asObject(tool)?.['type'])).length;
  return {
    tools: tools.length > searches,
    structured_output: asObject(asObject(body['text'])?.['format'])?.['type'] === 'json_schema',
    reasoning: asksForThoughts(asObject(body['reasoning'])?.['effort']),
    web_search: searches > 0,
  };
}

/** Whether a request has thoughts, or asks for such, that only the account which wrote them can read. */
export function carriesSealedThoughts(body: JsonObject): boolean {
  if (asArray(body['include']).includes(SEALED_THOUGHTS)) return true;
  // Thoughts, and conversations that a provider has made shorter.
  return asArray(body['input']).some((item) => typeof asObject(item)?.['encrypted_content'] === 'string');
}
