import { within } from '#kernel/within.ts';

/** As often as Kubernetes probes readiness. An idle log gets a probe write every few seconds at most. */
const LOOK_MS = 2_000;

/** The last seen state of the log, for callers that cannot wait for a check. */
export interface WriteStateWatch {
  /** `ok`, or why the log cannot be written. */
  state(): string;
  close(): void;
}

/** Checks at an interval. `read` never rejects. */
export function watchWriteState(read: () => Promise<string>): WriteStateWatch {
  let state = 'ok';
  async function look(): Promise<void> {
    const isTold = await within(
      read().then((now) => {
        state = now;
      }),
      LOOK_MS,
    );
    if (!isTold) state = 'the log does not answer';
  }
  const timer = setInterval(() => void look(), LOOK_MS);
  timer.unref();
  return { state: () => state, close: () => clearInterval(timer) };
}
