/** Tells those who wait that what was set aside for some request is free, or used. */
export interface Outcomes {
  /** Resolves with the next outcome, or after so many ms. Those of one batch of the log are told together. */
  next(withinMs: number): Promise<void>;
  /** Whether one more may wait. */
  hasRoom(): boolean;
  tell(): void;
}

/** Each that waits decides anew when it is told: some 10 ms of CPU together. */
export const WAITING_MAX = 256;

/** Told no more often than this: a busy log has hundreds of outcomes in it, and each would wake everyone who waits. */
export const TELL_PAUSE_MS = 20;

export function createOutcomes(): Outcomes {
  const waiting = new Set<() => void>();
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let isToBeTold = false;

  function tellNow(): void {
    isToBeTold = false;
    toldAtMs = performance.now();
    const told = [...waiting];
    waiting.clear();
    for (const resolve of told) resolve();
  }

  return {
    next(withinMs) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        waiting.delete(told);
        resolve();
      }, withinMs);
      const told = (): void => {
        clearTimeout(timer);
        resolve();
      };
      waiting.add(told);
      return promise;
    },
    hasRoom: () => waiting.size < WAITING_MAX,
    tell() {
      if (isToBeTold || waiting.size === 0) return;
      const leftMs = toldAtMs + TELL_PAUSE_MS - performance.now();
      if (leftMs <= 0) {
        tellNow();
        return;
      }
      isToBeTold = true;
      setTimeout(tellNow, leftMs).unref();
    },
  };
}
