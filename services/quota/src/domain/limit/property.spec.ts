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
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('capture' as const),
        which,
        part: fc.double({ min: 0, max: 2, noNaN: true }),
      }),
    },
    fc.record({ kind: fc.constant('release' as const), which }),
    // Back by as much as a time server corrects, or on to the next windows.
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: -60_000, max: 90_000 }) }),
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
  return afterOutcome(counters, fact.end, fact.used) ?? assert.fail('an outcome without its reservation');
}

/** The model: every reservation ever made, and what became of it; sums are made anew each time. */
class Model {
  readonly all: { readonly reservation: Reservation; state: 'open' | 'over'; used: bigint }[] = [];

  add(reservation: Reservation): void {
    this.all.push({ reservation, state: 'open', used: 0n });
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
  let latestMs = nowMs;

  function take(fact: Fact): void {
    log.push(fact);
    counters = fold(counters, fact);
  }

  function reserve(amount: bigint): void {
    const { startMs } = windowAt(limit.period, nowMs, '');
    const counter = counterAt(counters, { generation: limit.generation, startMs }, nowMs);
    const known = model.sumsOf(counter);
    assert.deepEqual({ used: counter.used, held: counter.held }, known, 'no window that counts yet is forgotten');
    const allowed = amountAt(limit, nowMs);
    if (counter.used + counter.held + amount > allowed) return;
    const reservation: Reservation = { ...limit, startMs: counter.startMs, amount };
    model.add(reservation);
    take({ reservation, atMs: nowMs });
    const after = model.sumsOf(reservation);
    assert.ok(after.used + after.held <= allowed, 'more was let through than the limit allows');
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
    else if (next.kind === 'capture') end(model.open(next.which), next.part);
    else if (next.kind === 'release') end(model.open(next.which), undefined);
    else if (next.kind === 'wait') {
      nowMs = Math.max(nowMs + next.ms, latestMs - 60_000);
      latestMs = Math.max(latestMs, nowMs);
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
      while (world.model.open(0) !== undefined) world.step({ kind: 'release', which: 0 });
      world.check();
      const left = world.counters();
      assert.equal(left?.current.held ?? 0n, 0n);
      assert.ok(
        (left?.others ?? []).every(({ startMs }) => startMs > (left?.current.startMs ?? 0)),
        'what is over is dropped',
      );
    }),
    { numRuns: 1_000 },
  );
});
