import { within } from '#kernel/within.ts';

/** As often as Kubernetes asks whether a process is ready. An idle log is written for it every few seconds at most. */
const LOOK_MS = 2_000;

/** The state of the log as it was seen last, for those who cannot wait for a look. */
export interface WriteStateWatch {
  /** `ok`, or why the log cannot be written. */
  state(): string;
  close(): void;
}

/** Looks at an interval; `read` never rejects. */
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
