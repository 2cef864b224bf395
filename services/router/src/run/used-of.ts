import { isPlausible } from '../domain/usage/is-plausible.ts';
import { estimateUsage } from '../estimate/estimate-usage.ts';
import type { AnswerDecoder } from '../ports.ts';
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
  const output = Math.max(reported.output ?? 0, (usage.output ?? 0) - (reported.reasoning ?? 0));
  return { usage: { ...reported, output }, estimatePolicy: policy };
}

/** The provider's report so far; null if there is none, or none that can be believed. */
export function credibleUsage({ request }: Run, decoder: AnswerDecoder) {
  const reported = decoder.usage();
  const bounds = { promptTokens: request.promptTokensBound, outputTokens: request.outputTokensBound };
  return reported && isPlausible(reported, bounds) ? reported : null;
}
