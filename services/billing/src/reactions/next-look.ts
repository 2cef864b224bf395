/** The longest a timer waits: Node's take no more than 24 days. It then looks again. */
const WAIT_MAX_MS = 86_400_000;

/** A look that is due at some time. An earlier one stands: it finds all there is, and sets the next. */
export interface NextLook {
  within(delayMs: number): void;
  close(): void;
}

export function createNextLook(look: () => void): NextLook {
  let timer: NodeJS.Timeout | undefined;
  let dueAtMs = Number.POSITIVE_INFINITY;
  return {
    within(delayMs) {
      const waitMs = Math.min(delayMs, WAIT_MAX_MS);
      const atMs = performance.now() + waitMs;
      if (atMs >= dueAtMs) return;
      clearTimeout(timer);
      dueAtMs = atMs;
      timer = setTimeout(() => {
        dueAtMs = Number.POSITIVE_INFINITY;
        look();
      }, waitMs);
    },
    close() {
      clearTimeout(timer);
      // Nothing is due before.
      dueAtMs = Number.NEGATIVE_INFINITY;
    },
  };
}
