/** Token counts as the log keeps them: the parts are disjoint, a token is counted in one field only. */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly cacheWrite1hTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

/** What the request was admitted for. */
export interface UsageBounds {
  readonly promptTokens: number;
  readonly outputTokens: number;
}

export const noUsage: TokenUsage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

/** A report this many times above what was admitted is a defect of the provider's meter, not a usage. */
const IMPLAUSIBLE_FACTOR = 100;
/** Providers may count a system prompt of their own, however short the request. */
const HIDDEN_PROMPT_TOKENS_MAX = 10_000;
/** The log keeps counts as uint32. */
const COUNT_MAX = 2 ** 32 - 1;

/**
 * Whether a report can be believed: whole, not negative, not nothing, and not orders of magnitude above what was
 * admitted.
 */
export function isPlausible(usage: TokenUsage, bounds: UsageBounds): boolean {
  for (const count of Object.values(usage)) {
    if (!Number.isInteger(count) || count < 0 || count > COUNT_MAX) return false;
  }
  return (
    promptTokensOf(usage) + completionTokensOf(usage) > 0 &&
    promptTokensOf(usage) <= bounds.promptTokens * IMPLAUSIBLE_FACTOR + HIDDEN_PROMPT_TOKENS_MAX &&
    completionTokensOf(usage) <= bounds.outputTokens * IMPLAUSIBLE_FACTOR + HIDDEN_PROMPT_TOKENS_MAX
  );
}

/** All prompt tokens, cached and written to the cache included. */
export function promptTokensOf(usage: TokenUsage): number {
  return usage.inputTokens + usage.cachedInputTokens + usage.cacheWriteTokens + usage.cacheWrite1hTokens;
}

/** All output tokens, reasoning included. */
export function completionTokensOf(usage: TokenUsage): number {
  return usage.outputTokens + usage.reasoningTokens;
}
