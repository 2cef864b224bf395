import assert from 'node:assert/strict';
import type { GatewayEvent } from '#contracts/events.ts';
import { test } from '#testkit/test.ts';
import { type AlertBook, aboutOf, evolveBook } from './alert-book.ts';
import { type AlertDecision, decideAlerts } from './decide-alerts.ts';
import type { Reading } from './reading.ts';

const RULE = 'rule';
const SUBJECTS = ['a', 'b', 'c'];

function reading(id: string, state: Reading['state'], endMs?: number): Reading {
  return {
    ruleId: RULE,
    kind: endMs === undefined ? 'provider_down' : 'limit_used',
    subject: { kind: 'provider', id, name: '' },
    threshold: '60 s',
    state,
    ...(endMs === undefined ? {} : { window: { generation: 1, endMs } }),
    facts: {},
  };
}

/** The event of a decision, as the reaction writes it. */
function eventOf(decision: AlertDecision): GatewayEvent {
  if (decision.type === 'resolve') {
    return { type: 'AlertResolved', data: { alertId: decision.alertId, reason: decision.reason, resolvedAtMs: '0' } };
  }
  const { ruleId, subject, threshold, kind } = decision.reading;
  const about = { ruleId, subjectKind: subject.kind, subjectId: subject.id, threshold };
  const alertId = `${aboutOf(about)} ${decision.window}`;
  const { window } = decision;
  const rest = { kind, subjectName: '', window, facts: {}, channelIds: [], raisedAtMs: '0' };
  return { type: 'AlertRaised', data: { alertId, ...about, ...rest } };
}

/** A log of alerts, and looks at what a test says. */
function watch() {
  const log: GatewayEvent[] = [];
  let book: AlertBook = new Map();
  return {
    log,
    raised: () => log.flatMap((event) => (event.type === 'AlertRaised' ? [event.data.alertId] : [])),
    /** `written`: how many decisions reach the log before a crash. */
    look(readings: readonly Reading[], written = Number.POSITIVE_INFINITY, isWhole = true) {
      for (const decision of decideAlerts(book, [{ ruleId: RULE, readings, isWhole }]).slice(0, written)) {
        const event = eventOf(decision);
        log.push(event);
        book = evolveBook(book, event);
      }
    },
    restart() {
      book = log.reduce(evolveBook, new Map());
    },
  };
}

/** Numbers that look random and are the same each time (Numerical Recipes' LCG). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('an alert is raised once for each crossing, whatever the number of looks, crashes and restarts', () => {
  const states = ['over', 'clear', 'between'] as const;
  for (let seed = 1; seed <= 300; seed += 1) {
    const next = numbers(seed);
    const watched = watch();
    const isFiring = new Map<string, boolean>();
    const crossings = new Map<string, number>();
    for (let step = 0; step < 40; step += 1) {
      const readings = SUBJECTS.map((id) => reading(id, states[next(3)] ?? 'clear'));
      for (const { subject, state } of readings) {
        if (state === 'over' && !isFiring.get(subject.id))
          crossings.set(subject.id, (crossings.get(subject.id) ?? 0) + 1);
        if (state !== 'between') isFiring.set(subject.id, state === 'over');
      }
      // A crash in the midst of the look's decisions, and a new leader that looks at the same again, in another order.
      watched.look(readings, next(3));
      if (next(2) === 0) watched.restart();
      const order = next(2) === 0 ? readings : readings.toReversed();
      for (let looks = 0; looks <= next(3); looks += 1) watched.look(order);
    }
    const raised = watched.raised();
    assert.equal(new Set(raised).size, raised.length, `seed ${seed}: no alert is raised twice`);
    for (const id of SUBJECTS) {
      const own = raised.filter((alertId) => alertId.split('\n')[2] === id);
      assert.equal(own.length, crossings.get(id) ?? 0, `seed ${seed}, subject ${id}`);
    }
  }
});

test('what is counted in windows is raised once in each, even where it falls and rises within one', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const next = numbers(seed);
    const watched = watch();
    const over = new Set<number>();
    let endMs = 1_000;
    for (let step = 0; step < 40; step += 1) {
      if (next(4) === 0) endMs += 1_000;
      const state = next(2) === 0 ? 'over' : 'clear';
      if (state === 'over') over.add(endMs);
      watched.look([reading('a', state, endMs)]);
      if (next(3) === 0) watched.restart();
      // An answer that was on its way is of a window before.
      if (next(3) === 0 && over.has(endMs)) watched.look([reading('a', 'over', endMs - 1_000)]);
    }
    assert.equal(watched.raised().length, over.size, `seed ${seed}`);
  }
});

test('an alert in a window that is over is resolved before the next one is raised', () => {
  const watched = watch();
  watched.look([reading('a', 'over', 1_000)]);
  watched.look([reading('a', 'over', 2_000)]);
  watched.look([reading('a', 'clear', 3_000)]);
  assert.deepEqual(
    watched.log.map(({ type }) => type),
    ['AlertRaised', 'AlertResolved', 'AlertRaised', 'AlertResolved'],
  );
});

test('what is watched no more is resolved; what could not be seen stays as it is', () => {
  const watched = watch();
  watched.look([reading('a', 'over'), reading('b', 'over')]);
  watched.look([], undefined, false);
  assert.equal(watched.log.length, 2, 'nobody answered');
  watched.look([reading('b', 'over')]);
  const [, , last] = watched.log;
  assert.deepEqual(last?.type === 'AlertResolved' && [last.data.alertId.split('\n')[2], last.data.reason], [
    'a',
    'unwatched',
  ]);
  assert.deepEqual(
    decideAlerts(watched.log.reduce(evolveBook, new Map()), []).map(({ type }) => type),
    ['resolve'],
    'a rule that is gone is in no look',
  );
});
