/** How many calls ended, and how many of them failed, in a slice of time. */
interface Slice {
  /** The number of the slice since 1970. */
  readonly slot: number;
  readonly calls: number;
  readonly failures: number;
}

/** The calls of the last `WINDOW_MS`, in slices, oldest first. */
export type FailureWindow = readonly Slice[];

/** Long enough for a model with a call in two seconds to be judged, short enough that what has passed is soon forgotten. */
export const WINDOW_MS = 30_000;
const SLICES = 6;
const SLICE_MS = WINDOW_MS / SLICES;

export const emptyWindow: FailureWindow = [];

/** The window with one more call. */
export function withCall(window: FailureWindow, hasFailed: boolean, nowMs: number): FailureWindow {
  const slot = Math.floor(nowMs / SLICE_MS);
  const failures = hasFailed ? 1 : 0;
  const last = window.at(-1);
  if (last?.slot === slot) {
    return [...window.slice(0, -1), { slot, calls: last.calls + 1, failures: last.failures + failures }];
  }
  return [...window.filter((slice) => slice.slot > slot - SLICES), { slot, calls: 1, failures }];
}

export function totalsOf(window: FailureWindow, nowMs: number): { readonly calls: number; readonly failures: number } {
  const oldest = Math.floor(nowMs / SLICE_MS) - SLICES;
  let calls = 0;
  let failures = 0;
  for (const slice of window) {
    if (slice.slot <= oldest) continue;
    calls += slice.calls;
    failures += slice.failures;
  }
  return { calls, failures };
}
