import type { Usage } from '#ai/usage.ts';
import { asObject } from '#kernel/json.ts';

/**
 * OpenAI's usage with its parts separated: there, cached and cache-written tokens are a part of `prompt_tokens`, and
 * reasoning tokens of `completion_tokens`. Null if the usage says nothing, or nonsense (a part greater than its whole).
 */
export function readOpenAiUsage(value: unknown): Usage | null {
  const usage = asObject(value);
  if (!usage) return null;
  const promptTokens = usage['prompt_tokens'];
  const completionTokens = usage['completion_tokens'];
  if (typeof promptTokens !== 'number' || typeof completionTokens !== 'number') return null;
  const promptDetails = asObject(usage['prompt_tokens_details']);
  const cachedTokens = count(promptDetails?.['cached_tokens']);
  const cacheWriteTokens = count(promptDetails?.['cache_write_tokens']);
  const reasoningTokens = count(asObject(usage['completion_tokens_details'])?.['reasoning_tokens']);
  // Some providers count reasoning beside the completion. The total tells.
  const isReasoningApart =
    reasoningTokens > 0 && usage['total_tokens'] === promptTokens + completionTokens + reasoningTokens;
  const read: Usage = {
    input: promptTokens - cachedTokens - cacheWriteTokens,
    cached_input: cachedTokens,
    cache_write: cacheWriteTokens,
    output: isReasoningApart ? completionTokens : completionTokens - reasoningTokens,
    reasoning: reasoningTokens,
  };
  return Object.values(read).every((tokens) => Number.isInteger(tokens) && tokens >= 0) ? read : null;
}

/** A missing part is 0. A part that is anything but a number makes the whole report nonsense. */
function count(value: unknown): number {
  if (value === undefined || value === null) return 0;
  return typeof value === 'number' ? value : Number.NaN;
}
