import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { afterOutcome, afterReserve, counterAt, type LimitCounters, type WindowId } from './limit-counters.ts';
import type { Reservation } from './reservation.ts';

const HOUR_MS = 3_600_000;
const plain = { limitId: 'l', unit: 'requests', amount: 1n, provider: '', kind: 'hard' } as const;

/** A request of a window that was decided at a moment, written now, and captured at once. */
function afterUsed(counters: LimitCounters | undefined, window: WindowId, admittedAtMs: number): LimitCounters {
  const reservation: Reservation = { ...plain, ...window };
  const outcome = afterOutcome(afterReserve(counters, reservation, admittedAtMs), reservation, 1n);
  return outcome?.counters ?? assert.fail();
}

function usedIn(counters: LimitCounters, window: WindowId, nowMs = window.startMs + HOUR_MS / 2): bigint {
  return counterAt(counters, window, nowMs).used;
}

const hour = (count: number, generation = 1): WindowId => ({ startMs: count * HOUR_MS, generation });
const middleOf = ({ startMs }: WindowId): number => startMs + HOUR_MS / 2;
const usedEach = (...windows: readonly WindowId[]): LimitCounters =>
  windows.reduce<LimitCounters | undefined>(
    (counters, window) => afterUsed(counters, window, middleOf(window)),
    undefined,
  ) ?? assert.fail();

describe('a clock that was ahead and is set right', () => {
  test('finds the window it left, whatever was counted in the next', () => {
    const counters = usedEach(hour(1), hour(1), hour(9));
    assert.equal(usedIn(counters, hour(1)), 2n);
    const back = afterUsed(counters, hour(1), middleOf(hour(1)));
    assert.deepEqual([usedIn(back, hour(1)), usedIn(back, hour(9))], [3n, 1n]);
  });

  test('has the window before for as long as no other begins', () => {
    const counters = usedEach(hour(1), hour(2), hour(3));
    assert.deepEqual([counters.others.length, usedIn(counters, hour(2)), usedIn(counters, hour(1))], [1, 1n, 0n]);
  });
});

describe('an admission that is written late', () => {
  test('of an earlier generation leaves the count of the present one', () => {
    const counters = usedEach(hour(1, 1), hour(1, 2), hour(1, 1));
    assert.deepEqual([counters.current.generation, usedIn(counters, hour(1, 2))], [2, 1n]);
    assert.deepEqual(counters.others, [], 'and nothing of its own, once it is over');
  });

  test("leaves the count of a user's own requests a minute, and the other way round", () => {
    const ownInForce = usedEach(hour(1, 1), hour(1, 0), hour(1, 1));
    assert.equal(usedIn(ownInForce, hour(1, 0)), 1n);
    const limitInForce = usedEach(hour(1, 0), hour(1, 1), hour(1, 0));
    assert.equal(usedIn(limitInForce, hour(1, 1)), 1n);
  });
});

test("a user's own requests a minute count after a limit of the same name was in force", () => {
  const counters = usedEach(hour(1, 1), hour(2, 0), hour(2, 0));
  assert.deepEqual([counters.current.generation, usedIn(counters, hour(2, 0))], [0, 2n]);
});
