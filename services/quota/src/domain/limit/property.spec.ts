import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { windowAt } from './calendar.ts';
import { amountAt, type Limit } from './limit.ts';
import {
  afterOutcome,
  afterReserve,
  counterAt,
  findCounter,
  type LimitCounters,
  type WindowId,
} from './limit-counters.ts';
import type { Reservation } from './reservation.ts';

type Step =
  | { readonly kind: 'reserve'; readonly amount: number }
  /** Decides now, and is written with the next `write`, whatever is written before it. */
  | { readonly kind: 'decide'; readonly amount: number }
  | { readonly kind: 'write'; readonly which: number }
  /** Part: what was used of it; more than 1 is the house's. */
  | { readonly kind: 'capture'; readonly which: number; readonly part: number }
  | { readonly kind: 'release'; readonly which: number }
  | { readonly kind: 'wait'; readonly ms: number }
  /** Until so long from now. */
  | { readonly kind: 'raise'; readonly amount: number; readonly forMs: number }
  | { readonly kind: 'set'; readonly amount: number }
  | { readonly kind: 'begin-anew' }
  | { readonly kind: 'crash' };

const which = fc.nat({ max: 20 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('reserve' as const), amount: fc.integer({ min: 1, max: 60 }) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('capture' as const),
        which,
        part: fc.double({ min: 0, max: 2, noNaN: true }),
      }),
    },
    fc.record({ kind: fc.constant('release' as const), which }),
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('decide' as const), amount: fc.integer({ min: 1, max: 60 }) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('write' as const), which }) },
    // Back by as much as a time server corrects, or on to the next windows; or to a clock that is many windows off.
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: -60_000, max: 90_000 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: -600_000, max: 600_000 }) }),
    },
    fc.record({ kind: fc.constant('raise' as const), amount: fc.nat({ max: 300 }), forMs: fc.nat({ max: 90_000 }) }),
    fc.record({ kind: fc.constant('set' as const), amount: fc.nat({ max: 200 }) }),
    fc.record({ kind: fc.constant('begin-anew' as const) }),
    fc.record({ kind: fc.constant('crash' as const) }),
  ),
  { maxLength: 100, size: 'max' },
);

type Fact =
  | { readonly reservation: Reservation; readonly atMs: number }
  | { readonly end: Reservation; readonly used: bigint | undefined };

function fold(counters: LimitCounters | undefined, fact: Fact): LimitCounters {
  if ('reservation' in fact) return afterReserve(counters, fact.reservation, fact.atMs);
  return afterOutcome(counters, fact.end, fact.used)?.counters ?? assert.fail('an outcome without its reservation');
}

/** The model: every reservation ever made, and what became of it; sums are made anew each time. */
class Model {
  readonly all: { readonly reservation: Reservation; state: 'open' | 'over'; used: bigint }[] = [];
  readonly pending: { readonly reservation: Reservation; readonly atMs: number }[] = [];

  add(reservation: Reservation): void {
    this.all.push({ reservation, state: 'open', used: 0n });
  }
  pendingOf(window: WindowId): bigint {
    let sum = 0n;
    for (const { reservation } of this.pending) {
      if (reservation.startMs === window.startMs && reservation.generation === window.generation)
        sum += reservation.amount;
    }
    return sum;
  }
  /**
   * The latest window but one, as far as clocks may be set back: what is before it may be forgotten. Windows of admissions that
   * are being written count, too: a clock that steps back over two windows meanwhile may forget what was used since.
   */
  earliestKeptMs(generation: number): number {
    const begun = new Set<number>();
    for (const { reservation } of [...this.all, ...this.pending]) {
      if (reservation.generation === generation) begun.add(reservation.startMs);
    }
    return [...begun].sort((a, b) => b - a)[1] ?? 0;
  }
  open(index: number): Reservation | undefined {
    const open = this.all.filter(({ state }) => state === 'open');
    return open[index % Math.max(1, open.length)]?.reservation;
  }
  end(reservation: Reservation, used: bigint): void {
    const entry = this.all.find((each) => each.reservation === reservation) ?? assert.fail();
    assert.equal(entry.state, 'open', 'one outcome a reservation');
    entry.state = 'over';
    entry.used = used;
  }
  sumsOf(window: WindowId): { used: bigint; held: bigint } {
    const sums = { used: 0n, held: 0n };
    for (const { reservation, state, used } of this.all) {
      if (reservation.startMs !== window.startMs || reservation.generation !== window.generation) continue;
      if (state === 'open') sums.held += reservation.amount;
      sums.used += used;
    }
    return sums;
  }
  windowsHeld(): WindowId[] {
    return this.all.filter(({ state }) => state === 'open').map(({ reservation }) => reservation);
  }
}

function createWorld() {
  const model = new Model();
  const log: Fact[] = [];
  let counters: LimitCounters | undefined;
  let limit: Limit = {
    limitId: 'l',
    generation: 1,
    unit: 'tokens',
    period: 'minute',
    kind: 'hard',
    amount: 100n,
    raise: undefined,
    provider: '',
  };
  let nowMs = 600_000;

  function take(fact: Fact): void {
    log.push(fact);
    counters = fold(counters, fact);
  }

  function write(index: number): void {
    const [written] = model.pending.splice(index % Math.max(1, model.pending.length), 1);
    if (written === undefined) return;
    model.add(written.reservation);
    take(written);
  }

  function reserve(amount: bigint): void {
    if (decide(amount)) write(model.pending.length - 1);
  }

  function decide(amount: bigint): boolean {
    const { startMs } = windowAt(limit.period, nowMs, '');
    const counter = counterAt(counters, { generation: limit.generation, startMs }, nowMs);
    const known = model.sumsOf(counter);
    assert.deepEqual({ used: counter.used, held: counter.held }, known, 'no window that counts yet is forgotten');
    const allowed = amountAt(limit, nowMs);
    if (counter.used + counter.held + model.pendingOf(counter) + amount > allowed) return false;
    const reservation: Reservation = { ...limit, startMs: counter.startMs, amount };
    model.pending.push({ reservation, atMs: nowMs });
    const after = model.sumsOf(reservation);
    const taken = after.used + after.held + model.pendingOf(reservation);
    assert.ok(taken <= allowed, 'more was let through than the limit allows');
    return true;
  }

  function end(reservation: Reservation | undefined, part: number | undefined): void {
    if (reservation === undefined) return;
    const before = model.sumsOf(reservation);
    const reported = part === undefined ? undefined : BigInt(Math.floor(Number(reservation.amount) * part));
    const used = reported === undefined || reported < reservation.amount ? reported : reservation.amount;
    model.end(reservation, used ?? 0n);
    take({ end: reservation, used });
    const after = model.sumsOf(reservation);
    assert.ok(after.used + after.held <= before.used + before.held, 'an outcome takes nothing more');
  }

  function step(next: Step): void {
    if (next.kind === 'reserve') reserve(BigInt(next.amount));
    else if (next.kind === 'decide') decide(BigInt(next.amount));
    else if (next.kind === 'write') write(next.which);
    else if (next.kind === 'capture') end(model.open(next.which), next.part);
    else if (next.kind === 'release') end(model.open(next.which), undefined);
    else if (next.kind === 'wait') {
      nowMs = Math.max(nowMs + next.ms, model.earliestKeptMs(limit.generation));
    } else if (next.kind === 'raise') {
      limit = { ...limit, raise: { amount: BigInt(next.amount), untilMs: nowMs + next.forMs } };
    } else if (next.kind === 'set') limit = { ...limit, amount: BigInt(next.amount) };
    else if (next.kind === 'begin-anew') limit = { ...limit, generation: limit.generation + 1 };
    else counters = log.reduce<LimitCounters | undefined>(fold, undefined);
  }

  function check(): void {
    for (const window of model.windowsHeld()) {
      const counter = counters && findCounter(counters, window);
      assert.equal(counter?.held, model.sumsOf(window).held, 'the sum of the reservations is what is held');
    }
    const replayed = log.reduce<LimitCounters | undefined>(fold, undefined);
    assert.deepEqual(counters, replayed);
  }

  return { step, check, model, counters: () => counters };
}

test('in any order of reservations, outcomes, raises, windows and crashes a window holds the sum of its reservations and is never passed', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const world = createWorld();
      for (const step of sequence) {
        world.step(step);
        world.check();
      }
      while (world.model.pending.length > 0) world.step({ kind: 'write', which: 0 });
      while (world.model.open(0) !== undefined) world.step({ kind: 'release', which: 0 });
      world.check();
      const left = world.counters();
      if (left === undefined) return;
      const { current, others } = left;
      assert.equal(current.held, 0n);
      assert.ok(
        others.every(({ generation }) => generation === current.generation),
        'of what the limit counted before nothing is kept',
      );
      const earlier = others.filter(({ startMs }) => startMs < current.startMs);
      assert.ok(earlier.length <= 1, 'what is over is dropped, but for the window before');
    }),
    { numRuns: 2_000 },
  );
});
