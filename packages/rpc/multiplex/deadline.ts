/** The deadline of a call, however many servers it is offered to. */
export interface Deadline {
  /** undefined: there is none, or no timer can hold it (24 days). */
  leftMs(): number | undefined;
  isOver(): boolean;
}

/** The longest time that a timer can hold. A timer with a longer time would fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export function deadlineAfter(timeoutMs: number | undefined): Deadline {
  if (timeoutMs === undefined || timeoutMs > TIMER_MAX_MS) return { leftMs: () => undefined, isOver: () => false };
  const endMs = performance.now() + timeoutMs;
  return {
    leftMs: () => Math.max(1, endMs - performance.now()),
    isOver: () => performance.now() >= endMs,
  };
}
