import type { CutByGateway } from '#kernel/cut-by-gateway.ts';
import type { FrameChannel } from '../frame-channel.ts';
import { type Run, stopRun } from './run.ts';

/** What becomes of an answer whose client left. */
export interface Abandonment {
  /** The provider is called off at once, and what was streamed is billed by an estimate. */
  readonly isStopped: boolean;
  /** How long the provider is heard for its usage otherwise. */
  readonly drainMaxMs: number;
}

/** Ends a run's waits when its time is over. */
export interface RunClock {
  /** The client has left, or the gateway has cut it off. */
  leave(cutBy: CutByGateway): void;
  /** The run is over: nothing is waited for any longer. */
  stop(): void;
}

/** `abandonment` is asked when the client leaves: policy may have changed by then. */
export function startRunClock(run: Run, channel: Pick<FrameChannel, 'drop'>, abandonment: () => Abandonment): RunClock {
  const timer = setTimeout(
    () => stopRun(run, run.isTimeClients ? 'own-timeout' : 'timeout'),
    run.deadlineMs - run.startedAtMs,
  );
  let drainTimer: NodeJS.Timeout | undefined;
  return {
    leave(cutBy) {
      if (run.isGone) return;
      run.isGone = true;
      run.cutBy = cutBy;
      channel.drop();
      run.waits.abort();
      const { isStopped, drainMaxMs } = abandonment();
      run.isCalledOff = isStopped;
      if (isStopped) stopRun(run, 'drained');
      else drainTimer = setTimeout(() => stopRun(run, 'drained'), drainMaxMs);
    },
    stop() {
      clearTimeout(timer);
      clearTimeout(drainTimer);
      // From here on, a reader that leaves has no provider to be drained.
      run.isGone = true;
    },
  };
}
