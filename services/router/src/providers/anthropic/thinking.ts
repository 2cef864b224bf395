import { asArray, asObject, type JsonObject } from '#kernel/json.ts';

/** Tokens of thinking for OpenAI's words. Other words (`none`, `minimal`) mean none. */
const budgets: ReadonlyMap<unknown, number> = new Map([
  ['low', 2_048],
  ['medium', 8_192],
  ['high', 24_576],
  ['xhigh', 32_768],
]);

/** Anthropic takes no smaller budget. */
const BUDGET_MIN_TOKENS = 1_024;

/**
 * The thinking that `reasoning_effort` asks for, within half of the output bound so that the answer has room. Null if
 * there is none, or if Anthropic does not allow it: with a forced tool, and between a tool's call and its result. There
 * the API wants the signed thinking back, for which OpenAI's form has no place.
 */
export function thinkingFor(body: JsonObject, maxTokens: number, isToolForced: boolean): JsonObject | null {
  const wanted = budgets.get(body['reasoning_effort']);
  if (wanted === undefined || isToolForced) return null;
  if (asObject(asArray(body['messages']).at(-1))?.['role'] === 'tool') return null;
  const budget = Math.min(wanted, Math.floor(maxTokens / 2));
  return budget >= BUDGET_MIN_TOKENS ? { type: 'enabled', budget_tokens: budget } : null;
}
