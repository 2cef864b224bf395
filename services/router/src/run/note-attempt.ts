import type { ErrorCode } from '#errors/error-table.ts';
import { unreachable } from '#kernel/unreachable.ts';
import { isOfRequest } from '../domain/attempt/attempt-failure.ts';
import type { CallOutcome } from '../fleet/call-outcome.ts';
import type { AttemptResult } from './attempt.ts';
import type { CallUnderWay } from './call-under-way.ts';
import { durationMs, houseLoss } from './record-usage.ts';
import type { Run, RunParts } from './run.ts';
import { endCall } from './start-call.ts';
import type { Used } from './used.ts';

/**
 * Puts what came of a call into the run's attempts and the house's losses, and tells its deployment. An answer goes on: its
 * deployment is told at its end.
 */
export function noteAttempt(parts: RunParts, run: Run, underWay: CallUnderWay, result: AttemptResult): void {
  const { deployment, attempt, firstByteMs } = underWay;
  const tookMs = durationMs(parts.clock() - underWay.startedAtMs);
  const noted = run.attempts[attempt];
  if (noted === undefined) throw new Error('an attempt that was not begun');
  Object.assign(noted, statusOf(result, run, underWay), { durationMs: tookMs });
  if (firstByteMs > 0) noted.firstByteMs = durationMs(firstByteMs);
  const loss = lossOf(result);
  if (loss) {
    run.houseLosses.push(houseLoss(attempt, loss));
    parts.losses.add(deployment.provider, loss.usage);
  }
  const outcome = outcomeOf(result, run, underWay, noted.isHedge === true);
  if (outcome) endCall(run, underWay, outcome);
  if (result.kind === 'failed') {
    const { provider, account, model } = deployment;
    const { code, failure, status } = result.failure;
    const told = { requestId: run.request.requestId, provider, account, model, code, failure, status };
    parts.logger.warn({ ...told, durationMs: tookMs, housePays: loss?.usage }, 'an attempt failed');
  }
}

/** What the house pays for the attempt. */
function lossOf(result: AttemptResult): Used | null {
  if (result.kind === 'failed') return result.loss;
  return result.kind === 'stopped' && result.payer === 'house' ? result.used : null;
}

/** What the deployment is told; null for an answer, which counts at its end. */
function outcomeOf(
  result: AttemptResult,
  run: Run,
  { isOutrun, firstByteMs }: CallUnderWay,
  isHedge: boolean,
): CallOutcome | null {
  switch (result.kind) {
    case 'answered':
      return null;
    case 'failed': {
      const { code, failure, status, retryAfterMs } = result.failure;
      if (code === 'internal_error') return { kind: 'abandoned' };
      return isOfRequest(result.failure) ? { kind: 'refused' } : { kind: 'failed', failure, status, retryAfterMs };
    }
    case 'stopped':
      // The second call has had less time than the first, so that its silence tells nothing.
      if (isOutrun) return isHedge || firstByteMs > 0 ? { kind: 'abandoned' } : { kind: 'outrun' };
      return run.stopped === 'timeout' ? { kind: 'failed', failure: 'timeout' } : { kind: 'abandoned' };
    default:
      return unreachable(result);
  }
}

const stopCodes = {
  drained: 'client_gone',
  timeout: 'upstream_timeout',
  'own-timeout': 'upstream_timeout',
  closing: 'unavailable',
} as const satisfies Record<NonNullable<Run['stopped']>, ErrorCode>;

/** `outrun`: another attempt was quicker; this one did not answer in time. */
function statusOf(
  result: AttemptResult,
  run: Run,
  { isOutrun }: CallUnderWay,
): { readonly status: number; readonly error: string; readonly failure?: string } {
  if (result.kind === 'answered') return { status: result.head.status, error: '' };
  if (result.kind === 'failed') {
    const { status, code, failure } = result.failure;
    return { status, error: code, failure };
  }
  if (isOutrun) return { status: 0, error: 'upstream_timeout', failure: 'outrun' };
  const error = stopCodes[run.stopped ?? 'drained'];
  return error === 'upstream_timeout' ? { status: 0, error, failure: 'timeout' } : { status: 0, error };
}
