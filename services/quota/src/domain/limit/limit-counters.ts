import { type Counter, capture, openCounter, release, reserve } from './counter.ts';
import { OWN_GENERATION } from './limit.ts';
import type { Reservation } from './reservation.ts';

/**
 * The counters of one limit: of the window that counts now, of the one before it, and of others that hold something yet. A window
 * that is over and holds nothing is dropped once two others have begun.
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
  return isLate(current, reservation, admittedAtMs)
    ? withKept(current, [...rest, counter])
    : withKept(counter, [...rest, current]);
}

/** Written late, or by a clock a little behind: what it was decided in is over all the same. */
function isLate(current: WindowId, reservation: Reservation, admittedAtMs: number): boolean {
  if (current.generation === reservation.generation) return isStepBack(current, reservation, admittedAtMs);
  return reservation.generation !== OWN_GENERATION && reservation.generation < current.generation;
}

/** The counters after a reservation's outcome, and the counter it was of, which may be kept no longer. */
export interface Outcome {
  readonly counters: LimitCounters;
  readonly counter: Counter;
}

/** Undefined used: it is released. Undefined where there is no such reservation. */
export function afterOutcome(
  counters: LimitCounters | undefined,
  reservation: Reservation,
  used: bigint | undefined,
): Outcome | undefined {
  const before = counters && findCounter(counters, reservation);
  if (counters === undefined || before === undefined || before.held < reservation.amount) return undefined;
  const counter = used === undefined ? release(before, reservation.amount) : capture(before, reservation.amount, used);
  const { current, others } = counters;
  if (before === current) return { counters: { current: counter, others }, counter };
  const rest = others.filter((other) => other !== before);
  return { counters: withKept(current, [...rest, counter]), counter };
}

function withKept(current: Counter, others: readonly Counter[]): LimitCounters {
  let previousMs = Number.NEGATIVE_INFINITY;
  for (const { generation, startMs } of others) {
    if (generation === current.generation && startMs < current.startMs) previousMs = Math.max(previousMs, startMs);
  }
  return { current, others: others.filter((counter) => counter.held > 0n || isToCome(counter, current, previousMs)) };
}

/** May count again though it holds nothing. */
function isToCome({ generation, startMs }: Counter, current: Counter, previousMs: number): boolean {
  // A clock that was ahead and is set right comes back to the window before, and later on to those after.
  if (generation === current.generation) return startMs >= previousMs;
  // Which of a user's own count and a limit's is written late is not known: neither is lost by the other.
  if (generation === OWN_GENERATION) return startMs >= current.startMs;
  return current.generation === OWN_GENERATION;
}

function isStepBack(current: WindowId, window: WindowId, nowMs: number): boolean {
  return window.startMs < current.startMs && current.startMs - nowMs <= CLOCK_STEP_BACK_MAX_MS;
}

function isSame(a: WindowId, b: WindowId): boolean {
  return a.startMs === b.startMs && a.generation === b.generation;
}
