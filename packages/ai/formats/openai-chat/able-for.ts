import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import { asksForThoughts } from '../../ask/needs-of-model.ts';
import { isGiven } from '../../ask/problems.ts';
import type { Capability } from '../../asked.ts';

/** What a model must be able to do for a request of a checked shape. */
export function ableFor(body: JsonObject): Readonly<Record<Capability, boolean>> {
  return {
    tools: asArray(body['tools']).length > 0 || asArray(body['functions']).length > 0,
    structured_output: asObject(body['response_format'])?.['type'] === 'json_schema',
    reasoning: asksForThoughts(body['reasoning_effort']) || wantsThoughts(body['reasoning']),
    web_search: isGiven(body['web_search_options']),
  };
}

/**
 * Whether a request has thoughts, or asks for such, that only the account which wrote them can read. In chat they travel in
 * `reasoning_details` of earlier answers, which OpenRouter's clients send back: those ask for thoughts by `reasoning`.
 */
export function carriesSealedThoughts(body: JsonObject, messages: readonly JsonObject[]): boolean {
  if (wantsThoughts(body['reasoning'])) return true;
  return messages.some(({ reasoning_details: details }) => asArray(details).some(isSealed));
}

function isSealed(value: unknown): boolean {
  const { data, signature } = asObject(value) ?? {};
  return isText(data) || isText(signature);
}

/** OpenRouter's `reasoning`: an effort, a budget, or that it is on. */
function wantsThoughts(value: unknown): boolean {
  const reasoning = asObject(value);
  if (reasoning === null || reasoning['enabled'] === false) return false;
  const { effort, max_tokens: budget, enabled } = reasoning;
  return asksForThoughts(effort) || (typeof budget === 'number' && budget > 0) || enabled === true;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
