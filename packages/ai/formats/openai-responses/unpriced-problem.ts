import type { Refusal } from '#errors/error-table.ts';
import { asObject, type JsonObject } from '#kernel/json.ts';
import { isGiven, notPriced } from '../../ask/problems.ts';

const search = 'a search is charged by the call';
const fallback = 'a model that a provider falls back on has a price of its own';

/** Fields that some providers of this format take, and that cost what no price covers. */
const unpricedFields: readonly (readonly [field: string, why: string])[] = [
  ['context_management', 'a compaction in the middle of an answer counts the prompt again'],
  ['web_search_options', search],
  ['search_parameters', 'a search is charged by the source it reads'],
  ['enable_search', search],
  ['web_search', search],
  ['web-search', search],
  ['plugins', 'plugins are charged by the call'],
  ['models', fallback],
  ['fallbacks', fallback],
  // vLLM and its kin render the prompt by it, loops and all.
  ['chat_template', 'a template of the client can make the prompt any length'],
  ['audio', 'audio has prices of its own'],
  ['prediction', 'tokens of a prediction are charged beyond the output that was asked for'],
];

export const unpricedFieldNames: readonly string[] = unpricedFields.map(([field]) => field);

/** What would cost money that no price covers; undefined: nothing. */
export function unpricedProblem(body: JsonObject): Refusal | undefined {
  for (const [field, why] of unpricedFields) if (isGiven(body[field])) return notPriced(field, why);
  const mode = asObject(body['reasoning'])?.['mode'] ?? 'standard';
  return mode === 'standard' ? undefined : notPriced('reasoning.mode', 'only the standard mode has a known price');
}
