/**
 * How often a provider may be asked again: as a share of its calls of the last ten seconds, as Finagle's and Linkerd's retry
 * budgets have it. A provider that is down then gets a tenth more than its traffic, instead of twice or three times as much.
 */
export interface RetryBudget {
  /** One for each second in which there was a call, oldest first. */
  readonly slots: readonly Slot[];
}

interface Slot {
  readonly second: number;
  /** First calls; repetitions earn none. */
  readonly calls: number;
  readonly repeats: number;
}

/** Long enough to even out a burst, short enough that calls of before a failure pay for no storm of repetitions. */
const WINDOW_SECONDS = 10;
/** Repetitions in a window that need no calls: one a second, so that a provider with few calls can be asked again at all. */
export const REPEATS_FREE = 10;
export const RETRY_BUDGET_PERCENT = 10;

export const emptyBudget: RetryBudget = { slots: [] };

/** The budget after a first call. */
export function withCall(budget: RetryBudget, nowMs: number): RetryBudget {
  return add(budget, nowMs, 1, 0);
}

/** The budget after a repetition; null: there is none left. */
export function withRepeat(budget: RetryBudget, percent: number, nowMs: number): RetryBudget | null {
  const { calls, repeats } = sums(budget, nowMs);
  if (repeats + 1 > REPEATS_FREE + Math.floor((calls * percent) / 100)) return null;
  return add(budget, nowMs, 0, 1);
}

/** First calls and repetitions of the window. A clock that was set back drops what lies ahead of it. */
export function sums({ slots }: RetryBudget, nowMs: number): { readonly calls: number; readonly repeats: number } {
  let [calls, repeats] = [0, 0];
  for (const slot of slots) {
    if (!isInWindow(slot, nowMs)) continue;
    calls += slot.calls;
    repeats += slot.repeats;
  }
  return { calls, repeats };
}

function add({ slots }: RetryBudget, nowMs: number, calls: number, repeats: number): RetryBudget {
  const second = Math.floor(nowMs / 1_000);
  const last = slots.at(-1);
  if (last?.second === second) {
    const changed = { second, calls: last.calls + calls, repeats: last.repeats + repeats };
    return { slots: slots.with(-1, changed) };
  }
  return { slots: [...slots.filter((slot) => isInWindow(slot, nowMs)), { second, calls, repeats }] };
}

function isInWindow({ second }: Slot, nowMs: number): boolean {
  const ageSeconds = Math.floor(nowMs / 1_000) - second;
  return ageSeconds >= 0 && ageSeconds < WINDOW_SECONDS;
}
