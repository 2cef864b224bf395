import { isPlausible, type TokenUsage } from '../domain/usage/token-usage.ts';
import { estimateUsage } from '../estimate/estimate-usage.ts';
import type { StreamDecoder, TextSample } from '../ports.ts';
import type { Ending } from './record-usage.ts';
import type { Run } from './run.ts';

/** What the provider reported where that can be believed, else an estimate from the texts, flagged as one. */
export async function usageOrEstimate(
  run: Run,
  reported: TokenUsage | null,
  answer: TextSample | (() => TextSample),
): Promise<Pick<Ending, 'usage' | 'estimatePolicy'>> {
  const { request } = run;
  const bounds = { promptTokens: request.promptTokensBound, outputTokens: request.outputTokensBound };
  if (reported && isPlausible(reported, bounds)) return { usage: reported, estimatePolicy: null };
  const { usage, policy } = await estimateUsage(request, typeof answer === 'function' ? answer() : answer);
  return { usage, estimatePolicy: policy };
}

/**
 * The same for a stream. One that broke off may have told its prompt and no more than the beginning of its answer
 * (Anthropic's first event says 1 token): the answer is then estimated from what was streamed.
 */
export async function streamUsageOrEstimate(
  run: Run,
  decoder: StreamDecoder,
): Promise<Pick<Ending, 'usage' | 'estimatePolicy'>> {
  const told = await usageOrEstimate(run, decoder.usage(), decoder.sample);
  if (told.estimatePolicy !== null || decoder.isUsageFinal()) return told;
  const { usage, policy } = await estimateUsage(run.request, decoder.sample());
  const outputTokens = Math.max(told.usage.outputTokens, usage.outputTokens - told.usage.reasoningTokens);
  return { usage: { ...told.usage, outputTokens }, estimatePolicy: policy };
}
