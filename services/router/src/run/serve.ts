import type { CompletionFailure } from '#contracts/router.ts';
import type { Refusal } from '#errors/error-table.ts';
import { faultFrom } from '#errors/fault.ts';
import { unreachable } from '#kernel/unreachable.ts';
import { RATE_LIMIT_RETRY_AFTER_MS } from '../domain/attempt/failure-told.ts';
import { deliver } from './deliver.ts';
import { type Reached, reachProvider } from './reach-provider.ts';
import { type Ending, nothingAnswered, recordUsage } from './record-usage.ts';
import type { Run, RunParts } from './run.ts';
import { endCall } from './start-call.ts';

/** Runs a request to its end. Whatever happens, its usage is on record or its last frame is a failure. Never throws. */
export async function serve(parts: RunParts, run: Run): Promise<void> {
  try {
    const reached = await reachProvider(parts, run);
    switch (reached.kind) {
      case 'answered':
        await deliver(parts, run, reached.candidate, reached.result);
        return;
      case 'failed':
        await fail(parts, run, { outcome: 'OUTCOME_FAILED', ...nothingAnswered }, reached.failure);
        return;
      case 'ended':
        await endUnanswered(parts, run, reached);
        return;
      default:
        unreachable(reached);
    }
  } catch (thrown) {
    parts.logger.error({ requestId: run.request.requestId, err: thrown }, 'a request failed in the gateway itself');
    // If the usage is on record already, this append changes nothing: its event id is taken.
    await fail(parts, run, { outcome: 'OUTCOME_FAILED', ...nothingAnswered }, faultFrom(thrown).refusal);
  } finally {
    // What waits for a place still would begin a call that nobody hears.
    run.waits.abort();
    for (const underWay of [...run.calls]) endCall(run, underWay, { kind: 'abandoned' });
  }
}

const goneRefusal: Refusal = { code: 'client_gone', message: 'The client went away before the answer.' };
const timeoutRefusal: Refusal = { code: 'upstream_timeout', message: 'The request took too long. Send it again.' };
const closingRefusal: Refusal = { code: 'unavailable', message: 'The gateway is stopping. Send the request again.' };

/** No provider has answered, and the run waits for none any longer. */
async function endUnanswered(parts: RunParts, run: Run, ended: Extract<Reached, { kind: 'ended' }>): Promise<void> {
  if (run.stopped === 'own-timeout' && !run.isGone) {
    const cut = ended.charged === null ? null : ({ outcome: 'OUTCOME_CUT', ...ended.charged } as const);
    await fail(parts, run, cut ?? { outcome: 'OUTCOME_FAILED', ...nothingAnswered }, timeoutRefusal);
    return;
  }
  if (run.stopped === 'timeout' || run.stopped === 'closing') {
    const refusal = run.stopped === 'timeout' ? timeoutRefusal : closingRefusal;
    await fail(parts, run, { outcome: 'OUTCOME_FAILED', ...nothingAnswered }, refusal);
    return;
  }
  // Who pays for whole answers asks for it again, at another process.
  if (run.cutBy === 'stop' && run.request.paysOnlyWhole === true) {
    const withheld =
      ended.charged === null ? {} : { withheld: { attempt: ended.charged.attempt, used: ended.charged } };
    await fail(parts, run, { outcome: 'OUTCOME_FAILED', ...nothingAnswered, ...withheld }, goneRefusal);
    return;
  }
  // A provider that was at work when it was cut off may charge for the prompt, and for the text it had written.
  await fail(parts, run, { outcome: 'OUTCOME_CLIENT_GONE', ...(ended.charged ?? nothingAnswered) }, goneRefusal);
}

/** Records an ending and fails the request. If the record itself fails, the client gets that failure instead. */
async function fail(
  parts: RunParts,
  run: Run,
  ending: Ending,
  failure: Refusal | CompletionFailureSource,
): Promise<void> {
  const refusal = await recordUsage(parts, run, ending);
  run.channel.push({ kind: 'failure', failure: completionFailure(refusal ?? failure) });
}

type CompletionFailureSource = Refusal & { readonly status: number; readonly providerBody: Buffer | null };

function completionFailure(source: Refusal | CompletionFailureSource): CompletionFailure {
  const { code, message, param } = source;
  const retryAfterMs =
    source.retryAfterMs ?? (code === 'upstream_rate_limited' ? RATE_LIMIT_RETRY_AFTER_MS : undefined);
  const provider = 'providerBody' in source ? source : { status: 0, providerBody: null };
  return { code, message, param, retryAfterMs, providerBody: provider.providerBody, providerStatus: provider.status };
}
