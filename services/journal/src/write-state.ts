/** How recent a successful append or probe must be to prove that the log can be written. A probe writes to the disk. */
const FRESH_MS = 5_000;

/** Whether the log can be written, also while it is idle. */
export interface WriteState {
  /** An append was written. */
  written(): void;
  /** `ok`, or why the log cannot be written now. Writes a probe if nothing was written lately. Never rejects. */
  read(): Promise<string>;
}

export function createWriteState(options: {
  /** The writer has tried in vain for longer than an append may wait. */
  readonly isAway: () => boolean;
  /** Rejects if the log cannot be written. */
  readonly probe: () => Promise<void>;
  /** The time by a monotonic clock. */
  readonly nowMs?: () => number;
}): WriteState {
  const { isAway, probe, nowMs = () => performance.now() } = options;
  let writtenAtMs = -FRESH_MS;
  let probing: Promise<string> | undefined;

  async function probeNow(): Promise<string> {
    try {
      await probe();
      writtenAtMs = nowMs();
      return 'ok';
    } catch (error) {
      return `the log cannot be written: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      probing = undefined;
    }
  }

  return {
    written() {
      writtenAtMs = nowMs();
    },
    async read() {
      if (isAway()) return 'the log cannot be written now';
      if (nowMs() - writtenAtMs < FRESH_MS) return 'ok';
      // One probe at a time, however many callers ask: a database that hangs would get another one with each check.
      probing ??= probeNow();
      return probing;
    },
  };
}
