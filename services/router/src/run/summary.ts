import type { ModelCandidate } from '#contracts/quota.ts';
import type { CompletionSummary } from '#contracts/router.ts';
import { completionTokensOf, promptTokensOf } from '#money/token-usage.ts';
import type { Ending } from './record-usage.ts';

/** An ending in total counts, for logs and metrics. */
export function summaryOf(candidate: ModelCandidate, ending: Ending): CompletionSummary {
  return {
    provider: candidate.provider,
    model: candidate.model,
    inputTokens: promptTokensOf(ending.usage),
    outputTokens: completionTokensOf(ending.usage),
    estimated: ending.estimatePolicy !== null,
  };
}
