import type { PricedCandidate } from '#contracts/quota.ts';
import type { AttemptResult } from './attempt.ts';
import { type Ending, nothingUsed, recordUsage } from './record-usage.ts';
import type { Run, RunParts } from './run.ts';
import { summaryOf } from './summary.ts';
import { usageOrEstimate } from './usage-or-estimate.ts';

/** Records the usage of an answer that came in one piece, then gives it to the client. */
export async function deliverWhole(
  parts: RunParts,
  run: Run,
  candidate: PricedCandidate,
  { answer, status }: Extract<AttemptResult, { kind: 'whole' }>,
): Promise<void> {
  run.firstByteMs = parts.clock() - run.startedAtMs;
  const used = await usageOrEstimate(run, answer.usage, answer.sample);
  const outcome = run.isGone ? 'OUTCOME_CLIENT_GONE' : 'OUTCOME_COMPLETED';
  const ending: Ending = { outcome, candidate, ...used };
  const refusal = await recordUsage(parts, run, ending, { outcome: 'OUTCOME_FAILED', ...nothingUsed });
  if (refusal) {
    run.channel.push({ kind: 'failure', failure: { ...refusal, providerBody: null, providerStatus: status } });
    return;
  }
  const { provider, model } = candidate;
  run.channel.push({ kind: 'head', status, contentType: 'application/json', provider, model });
  run.channel.push({ kind: 'data', data: answer.body });
  run.channel.push({ kind: 'end', summary: summaryOf(candidate, ending) });
}
