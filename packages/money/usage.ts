import type { EventBodies } from '#contracts/events.ts';

/** Token counts as in `gateway.events.v1.Usage`: the parts are disjoint, a token is counted in one only. */
export interface Usage {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly cacheWrite1hTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

export const noUsage: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

export function usageFromEvent(usage: EventBodies['UsageRecorded']['usage']): Usage {
  return usage;
}

/** All tokens of the prompt, however they are priced: what price tiers go by. */
export function promptTokens(usage: Usage): number {
  return usage.inputTokens + usage.cachedInputTokens + usage.cacheWriteTokens + usage.cacheWrite1hTokens;
}

/** Nothing was used that could cost anything. */
export function isNoUsage(usage: Usage): boolean {
  return promptTokens(usage) + usage.outputTokens + usage.reasoningTokens === 0;
}
