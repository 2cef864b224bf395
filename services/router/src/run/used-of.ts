import type { AnswerDecoder } from '#ai/answer-decoder.ts';
import type { UsageReport } from '#ai/usage.ts';
import type { TokenUsage } from '#money/token-usage.ts';
import { isPlausible } from '../domain/usage/is-plausible.ts';
import { estimateUsage } from '../estimate/estimate-usage.ts';
import type { Ending } from './record-usage.ts';
import type { Run } from './run.ts';

/** The usage, and its source. */
export type Used = Pick<Ending, 'usage' | 'estimatePolicy'>;

/**
 * The provider's report if it can be believed, otherwise an estimate from the texts, flagged as one. An answer that
 * broke off may have reported its prompt and only the beginning of its answer (Anthropic's first event says 1 token).
 * Then the answer is estimated from the received text.
 */
export async function usedOf(run: Run, decoder: AnswerDecoder): Promise<Used> {
  const reported = credibleUsage(run, decoder);
  if (reported && decoder.isUsageFinal()) return { usage: reported, estimatePolicy: null };
  const { usage, policy } = await estimateUsage(run.request, decoder.sample());
  if (!reported) return { usage, estimatePolicy: policy };
  const outputTokens = Math.max(reported.outputTokens, usage.outputTokens - reported.reasoningTokens);
  return { usage: { ...reported, outputTokens }, estimatePolicy: policy };
}

/** The provider's report so far; null if there is none, or none that can be believed. */
export function credibleUsage({ request }: Run, decoder: AnswerDecoder) {
  const reported = tokenUsageOf(decoder.usage());
  const bounds = { promptTokens: request.promptTokensBound, outputTokens: request.outputTokensBound };
  return reported && isPlausible(reported, bounds) ? reported : null;
}

export function tokenUsageOf(report: UsageReport | null): TokenUsage | null {
  if (report === null) return null;
  const { usage } = report;
  return {
    inputTokens: usage.input ?? 0,
    cachedInputTokens: usage.cached_input ?? 0,
    cacheWriteTokens: usage.cache_write ?? 0,
    cacheWrite1hTokens: usage.cache_write_1h ?? 0,
    outputTokens: usage.output ?? 0,
    reasoningTokens: usage.reasoning ?? 0,
  };
}
