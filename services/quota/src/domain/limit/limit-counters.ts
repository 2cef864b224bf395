import { type Counter, capture, openCounter, release, reserve } from './counter.ts';
import type { Reservation } from './reservation.ts';

/**
 * The counters of one limit: of the window that counts now, and of others that hold something yet. A window that is over and
 * holds nothing is dropped with the beginning of the next.
 */
export interface LimitCounters {
  readonly current: Counter;
  readonly others: readonly Counter[];
}

/**
 * How far a clock may step back and still meet the window it counted in before: two minutes cover what a time server corrects.
 * After a greater step that window is void, or a subject would wait for hours on the word of a clock that was wrong.
 */
export const CLOCK_STEP_BACK_MAX_MS = 120_000;

/** A window of a limit: its generation and its start. */
export type WindowId = Pick<Counter, 'generation' | 'startMs'>;

/** The counter that a request counts in at a moment, where the calendar says that a window is in force. */
export function counterAt(counters: LimitCounters | undefined, window: WindowId, nowMs: number): Counter {
  if (counters === undefined) return openCounter(window.generation, window.startMs);
  const { current } = counters;
  if (isSame(current, window)) return current;
  if (current.generation === window.generation && isStepBack(current, window, nowMs)) return current;
  return findCounter(counters, window) ?? openCounter(window.generation, window.startMs);
}

/** A window's counter; undefined: nothing is used or held in it. */
export function findCounter(counters: LimitCounters, window: WindowId): Counter | undefined {
  if (isSame(counters.current, window)) return counters.current;
  return counters.others.find((counter) => isSame(counter, window));
}

/** The counters after a reservation that was decided at a moment. */
export function afterReserve(
  counters: LimitCounters | undefined,
  reservation: Reservation,
  admittedAtMs: number,
): LimitCounters {
  const { amount, generation, startMs } = reservation;
  if (counters === undefined) return { current: reserve(openCounter(generation, startMs), amount), others: [] };
  const { current, others } = counters;
  if (isSame(current, reservation)) return { current: reserve(current, amount), others };
  const counter = reserve(findCounter(counters, reservation) ?? openCounter(generation, startMs), amount);
  const rest = others.filter((other) => !isSame(other, reservation));
  // Written late, or by a clock a little behind: the window it was decided in is over all the same.
  if (current.generation === generation && isStepBack(current, reservation, admittedAtMs)) {
    return { current, others: [...rest, counter] };
  }
  return { current: counter, others: [...rest, current].filter((other) => isKept(other, counter)) };
}

/** The counters after a reservation's outcome; undefined used: it is released. Undefined where there is no such reservation. */
export function afterOutcome(
  counters: LimitCounters | undefined,
  reservation: Reservation,
  used: bigint | undefined,
): LimitCounters | undefined {
  const before = counters && findCounter(counters, reservation);
  if (counters === undefined || before === undefined || before.held < reservation.amount) return undefined;
  const after = used === undefined ? release(before, reservation.amount) : capture(before, reservation.amount, used);
  if (before === counters.current) return { current: after, others: counters.others };
  const rest = counters.others.filter((counter) => counter !== before);
  return { current: counters.current, others: isKept(after, counters.current) ? [...rest, after] : rest };
}

/** Holds something, or begins later than the window that counts now: a clock that was set back will come to it again. */
function isKept(counter: Counter, current: Counter): boolean {
  if (counter.held > 0n) return true;
  return counter.generation === current.generation && counter.startMs > current.startMs;
}

function isStepBack(current: WindowId, window: WindowId, nowMs: number): boolean {
  return window.startMs < current.startMs && current.startMs - nowMs <= CLOCK_STEP_BACK_MAX_MS;
}

function isSame(a: WindowId, b: WindowId): boolean {
  return a.startMs === b.startMs && a.generation === b.generation;
}
