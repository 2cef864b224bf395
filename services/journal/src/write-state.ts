/** An append, or a probe, that went well so lately says enough: a probe writes to the disk. */
const FRESH_MS = 5_000;

/** Whether the log can be written, for those who ask an idle one. */
export interface WriteState {
  /** An append was written. */
  written(): void;
  /** `ok`, or why the log cannot be written now. Writes a probe where nothing was written lately; never rejects. */
  read(): Promise<string>;
}

export function createWriteState(options: {
  /** The writer has tried in vain for longer than an append may wait. */
  readonly isAway: () => boolean;
  /** Rejects where the log cannot be written. */
  readonly probe: () => Promise<void>;
  /** Of a monotonic clock. */
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
      // One at a time, however many ask: a database that hangs would be asked again with each look.
      probing ??= probeNow();
      return probing;
    },
  };
}
