import type { AnswerDecoder } from '#ai/answer-decoder.ts';
import type { FormatName } from '#ai/format.ts';
import { noUsage, type UsageReport } from '#ai/usage.ts';
import { believedCounts } from '../domain/usage/believed-counts.ts';
import { isPlausible } from '../domain/usage/is-plausible.ts';
import { estimateUsage } from '../estimate/estimate-usage.ts';
import type { Run } from './run.ts';
import type { Used } from './used.ts';

/** A report that is not believed in any part of it. It is on record all the same. */
const IMPLAUSIBLE = 'implausible:usage';

/**
 * The provider's report if it can be believed, otherwise an estimate from the texts, flagged as one. An answer that
 * broke off may have reported its prompt and only the beginning of its answer (Anthropic's first event says 1 token).
 * Then the answer is estimated from the received text. `spoken`: the format that the provider was spoken to in.
 */
export async function usedOf(run: Pick<Run, 'request'>, decoder: AnswerDecoder, spoken: FormatName): Promise<Used> {
  const report = decoder.usage();
  const reported = report?.reported ?? '';
  const said = { serviceTier: report?.serviceTier ?? '', flags: report?.flags ?? [], reported };
  const isCredible = report !== null && isCredibleReport(run, report);
  if (isCredible && decoder.isUsageFinal())
    return { ...withCounts(run, report, spoken), serviceTier: said.serviceTier, reported };
  const { usage, policy } = await estimateUsage(run.request, decoder.sample());
  if (!isCredible) {
    const flags = report === null ? said.flags : [...said.flags, IMPLAUSIBLE];
    return { ...said, flags, usage, estimatePolicy: policy };
  }
  const { usage: counted, flags } = withCounts(run, report, spoken);
  const output = Math.max(counted.output ?? 0, (usage.output ?? 0) - (counted.reasoning ?? 0));
  return { ...said, flags, usage: { ...counted, output }, estimatePolicy: policy };
}

/** A credible report, as far as its counts one by one can be believed. */
function withCounts({ request }: Pick<Run, 'request'>, { usage, flags, reported }: UsageReport, spoken: FormatName) {
  const counts = believedCounts(usage, request.counts ?? noUsage, reported, spoken);
  return { usage: counts.usage, flags: [...flags, ...counts.flags], estimatePolicy: null };
}

/** The provider's report so far; null if there is none, or none that can be believed. */
export function credibleUsage(run: Run, decoder: AnswerDecoder): UsageReport | null {
  const report = decoder.usage();
  return report !== null && isCredibleReport(run, report) ? report : null;
}

function isCredibleReport({ request }: Pick<Run, 'request'>, { usage }: UsageReport): boolean {
  const bounds = { promptTokens: request.promptTokensBound, outputTokens: request.outputTokensBound };
  return isPlausible(usage, bounds);
}
