/** Token counts as the log keeps them. The fields are disjoint: a token is counted in one field only. */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly cacheWrite1hTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

export const noUsage: TokenUsage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

/** All tokens of the prompt, at whatever price. Price tiers go by this number. */
export function promptTokensOf(usage: TokenUsage): number {
  return usage.inputTokens + usage.cachedInputTokens + usage.cacheWriteTokens + usage.cacheWrite1hTokens;
}

/** All tokens of the answer, reasoning included. */
export function completionTokensOf(usage: TokenUsage): number {
  return usage.outputTokens + usage.reasoningTokens;
}

/** Whether nothing was used that could cost anything. */
export function isNoUsage(usage: TokenUsage): boolean {
  return promptTokensOf(usage) + completionTokensOf(usage) === 0;
}
