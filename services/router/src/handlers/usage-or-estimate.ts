import { isPlausible, type TokenUsage } from '../domain/usage/token-usage.ts';
import { estimateUsage } from '../estimate/estimate-usage.ts';
import type { TextSample } from '../ports.ts';
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
