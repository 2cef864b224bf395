/** The end of a call, however many servers it is offered to. */
export interface Deadline {
  /** undefined: there is none, or one that no timer can hold (24 days). */
  leftMs(): number | undefined;
  isOver(): boolean;
}

/** What a timer can hold: a longer one would ring at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export function deadlineAfter(timeoutMs: number | undefined): Deadline {
  if (timeoutMs === undefined || timeoutMs > TIMER_MAX_MS) return { leftMs: () => undefined, isOver: () => false };
  const endMs = performance.now() + timeoutMs;
  return {
    leftMs: () => Math.max(1, endMs - performance.now()),
    isOver: () => performance.now() >= endMs,
  };
}
