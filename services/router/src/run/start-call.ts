import type { CallOutcome, CallWatch } from '../fleet/call-outcome.ts';
import type { Deployment } from '../fleet/deployment.ts';
import { bounded } from './bounded-answer.ts';
import type { CallUnderWay } from './call-under-way.ts';
import type { PreparedCall } from './prepare-call.ts';
import type { Run } from './run.ts';

interface CallBegun {
  readonly deployment: Deployment;
  readonly watch: CallWatch;
  /** Why it is made. */
  readonly reason: string;
  readonly isHedge: boolean;
  readonly nowMs: number;
}

/** Sends a request. The attempt stands in the run's attempts from here on, whatever comes of it. */
export function startCall(
  run: Run,
  prepared: PreparedCall,
  { deployment, watch, reason, isHedge, nowMs }: CallBegun,
): CallUnderWay {
  const { answerMaxBytes, callTimeoutMs } = watch.provider.config;
  const call = bounded(watch.provider.call(prepared.post), answerMaxBytes);
  const { candidate, account } = deployment;
  const attempt = run.attempts.push({
    provider: candidate.provider,
    model: candidate.model,
    status: 0,
    // Unless it is told otherwise: the gateway itself failed.
    error: 'internal_error',
    durationMs: 0,
    ...(account === '' ? {} : { account }),
    ...(reason === '' ? {} : { reason }),
    ...(isHedge ? { isHedge } : {}),
  });
  const timer = callTimeoutMs === undefined ? undefined : setTimeout(() => callOff(), callTimeoutMs);
  const underWay: CallUnderWay = {
    call,
    deployment,
    attempt: attempt - 1,
    startedAtMs: nowMs,
    watch,
    firstByteMs: 0,
    isOutrun: false,
    isLate: false,
    timer,
  };
  const callOff = (): void => {
    underWay.isLate = true;
    call.abort();
  };
  run.calls.add(underWay);
  return underWay;
}

/** A model has begun to answer. Does nothing the second time. */
export function noteFirstByte(underWay: CallUnderWay, nowMs: number): void {
  if (underWay.firstByteMs > 0) return;
  underWay.firstByteMs = Math.max(1, nowMs - underWay.startedAtMs);
  underWay.watch.firstToken();
}

/** Tells the deployment how a call ended, and leaves its connection. Does nothing the second time. */
export function endCall(run: Run, underWay: CallUnderWay, outcome: CallOutcome): void {
  if (!run.calls.delete(underWay)) return;
  clearTimeout(underWay.timer);
  underWay.watch.end(outcome);
  underWay.call.discard();
}
