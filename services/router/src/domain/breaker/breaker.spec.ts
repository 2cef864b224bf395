import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import {
  type Breaker,
  closedFromTheStart,
  evolveBreaker,
  FAILURES_MAX,
  HALF_OPEN_MAX_MS,
  isOpenFor,
  RATE_CALLS_MIN,
  REST_AT_ONCE_MS,
  REST_MAX_MS,
  REST_MIN_MS,
} from './breaker.ts';
import { COOL_DOWN_MIN_MS, cooled, neverCooled, RETRY_AFTER_MAX_MS, warmed } from './cool-down.ts';
import { WINDOW_MS } from './failure-window.ts';

/** A breaker, and the time at it. Calls take no time. */
function breakerAt(startMs: number) {
  let state: Breaker = closedFromTheStart;
  let nowMs = startMs;
  const self = {
    state: () => state,
    status: () => state.status,
    isKeptAway: () => isOpenFor(state, nowMs),
    wait(ms: number) {
      nowMs += ms;
      return self;
    },
    start() {
      state = evolveBreaker(state, { kind: 'call-started', nowMs });
      return self;
    },
    succeed(startedAtMs = nowMs) {
      state = evolveBreaker(state, { kind: 'call-succeeded', nowMs, startedAtMs });
      return self;
    },
    fail(times = 1, startedAtMs = nowMs) {
      for (let i = 0; i < times; i += 1) {
        state = evolveBreaker(state, { kind: 'call-failed', nowMs, startedAtMs, failure: 'server' });
      }
      return self;
    },
    outrun(times = 1) {
      for (let i = 0; i < times; i += 1) {
        state = evolveBreaker(state, { kind: 'call-outrun', nowMs, startedAtMs: nowMs, failure: 'outrun' });
      }
      return self;
    },
    refuseKey() {
      state = evolveBreaker(state, { kind: 'opened-at-once', nowMs, startedAtMs: nowMs, failure: 'key' });
      return self;
    },
    abandonProbe() {
      state = evolveBreaker(state, { kind: 'probe-abandoned', nowMs });
      return self;
    },
    restMs: () => (state.status === 'open' ? state.untilMs - nowMs : 0),
  };
  return self;
}

const START_MS = 1_000_000;
const open = () => breakerAt(START_MS).fail(FAILURES_MAX);

test('the fifth failure in a row opens a breaker, and a success in between starts the count anew', () => {
  const breaker = breakerAt(START_MS)
    .fail(FAILURES_MAX - 1)
    .succeed()
    .fail(FAILURES_MAX - 1);
  assert.equal(breaker.status(), 'closed');
  assert.equal(breaker.fail().status(), 'open');
  assert.equal(breaker.restMs(), REST_MIN_MS);
  assert.equal(breaker.isKeptAway(), true);
});

test('a provider that fails every second call is kept away from, although it never fails five times in a row', () => {
  const breaker = breakerAt(START_MS);
  for (let call = 2; call < RATE_CALLS_MIN; call += 2) breaker.succeed().fail();
  assert.equal(breaker.status(), 'closed');
  breaker.succeed().fail();
  const state = breaker.state();
  assert.ok(state.status === 'open' && state.opening.kind === 'failure-rate');
  assert.deepEqual([state.opening.failures, state.opening.calls], [RATE_CALLS_MIN / 2, RATE_CALLS_MIN]);
});

test('failures that are longer ago than the window count no more', () => {
  const breaker = breakerAt(START_MS);
  for (let call = 2; call < RATE_CALLS_MIN; call += 2) breaker.succeed().fail();
  assert.equal(breaker.wait(WINDOW_MS).succeed().fail().status(), 'closed');
});

test('after the rest one call is let through, and the others keep away until it is decided', () => {
  const breaker = open().wait(REST_MIN_MS - 1);
  assert.equal(breaker.start().status(), 'open');
  assert.equal(breaker.wait(1).isKeptAway(), false);
  assert.equal(breaker.start().status(), 'half_open');
  assert.equal(breaker.isKeptAway(), true);
  assert.equal(breaker.wait(HALF_OPEN_MAX_MS - 1).isKeptAway(), true);
  assert.equal(breaker.wait(1).isKeptAway(), false, 'a call that hangs does not keep all others away');
  assert.equal(breaker.succeed().status(), 'closed');
});

test('the rest doubles each time up to its bound, and is short again after a long closed time', () => {
  const breaker = open();
  const rests = [breaker.restMs()];
  for (let again = 0; again < 6; again += 1) {
    breaker.wait(breaker.restMs()).start().fail();
    rests.push(breaker.restMs());
  }
  assert.deepEqual(rests, [10_000, 20_000, 40_000, 80_000, 160_000, REST_MAX_MS, REST_MAX_MS]);
  breaker.wait(REST_MAX_MS).start().succeed();
  assert.equal(breaker.wait(10_000).fail(FAILURES_MAX).restMs(), REST_MAX_MS, 'it flaps');
  breaker.wait(REST_MAX_MS).start().succeed();
  assert.equal(breaker.wait(60_000).fail(FAILURES_MAX).restMs(), REST_MIN_MS);
});

test('a refused key opens a breaker at once, for longer, and calls made all the same do not lengthen that', () => {
  const breaker = breakerAt(START_MS).succeed().refuseKey();
  assert.equal(breaker.restMs(), REST_AT_ONCE_MS);
  assert.equal(breaker.wait(1_000).refuseKey().fail(3).restMs(), REST_AT_ONCE_MS - 1_000);
  assert.equal(breaker.wait(REST_AT_ONCE_MS).start().refuseKey().restMs(), 2 * REST_AT_ONCE_MS);
});

test('calls that were outrun without a byte open a breaker in a row alone: with answers in between it is no worse than slow', () => {
  const breaker = breakerAt(START_MS);
  for (let call = 0; call < RATE_CALLS_MIN; call += 1) breaker.outrun(FAILURES_MAX - 1).succeed();
  assert.equal(breaker.status(), 'closed');
  assert.equal(
    breaker
      .outrun(FAILURES_MAX - 1)
      .fail()
      .status(),
    'open',
    'a failure in the row counts',
  );
  assert.equal(breaker.wait(REST_MIN_MS).start().status(), 'half_open');
  assert.equal(breaker.outrun().status(), 'open', 'it hangs still');
  assert.equal(breaker.restMs(), 2 * REST_MIN_MS);
});

test('a call that is made as a last hope closes a breaker by its success, one that was on its way does not', () => {
  const breaker = open().wait(1_000);
  assert.equal(breaker.succeed(START_MS - 1).status(), 'open');
  assert.equal(breaker.succeed().status(), 'closed');
  assert.equal(breaker.wait(1_000).fail(FAILURES_MAX, START_MS).status(), 'closed', 'old failures come in late');
});

test('a probe that was abandoned may be repeated at once', () => {
  const breaker = open().wait(REST_MIN_MS).start().abandonProbe();
  assert.deepEqual([breaker.status(), breaker.isKeptAway()], ['open', false]);
  assert.equal(breaker.start().status(), 'half_open');
});

test('a cool-down lasts as long as the provider says, within a bound, and a later one does not shorten it', () => {
  const told = (retryAfterMs: number | undefined, nowMs = START_MS, before = neverCooled, startedAtMs = nowMs) =>
    cooled(before, { nowMs, startedAtMs, retryAfterMs });
  assert.equal(told(5_000).untilMs, START_MS + 5_000);
  assert.equal(told(1e9).untilMs, START_MS + RETRY_AFTER_MAX_MS);
  assert.equal(told(0, START_MS + 10, told(5_000)).untilMs, START_MS + 5_000);
});

test('a provider that does not say how long is left alone for longer each time in a row, and not for each of its callers', () => {
  const first = cooled(neverCooled, { nowMs: START_MS, startedAtMs: START_MS - 5, retryAfterMs: undefined });
  assert.equal(first.untilMs, START_MS + COOL_DOWN_MIN_MS);
  const besides = cooled(first, { nowMs: START_MS + 1, startedAtMs: START_MS - 5, retryAfterMs: undefined });
  assert.deepEqual(besides, first);
  const laterMs = START_MS + 2_000;
  const second = cooled(besides, { nowMs: laterMs, startedAtMs: laterMs, retryAfterMs: undefined });
  assert.equal(second.untilMs, laterMs + 2 * COOL_DOWN_MIN_MS);
  assert.equal(warmed(second, laterMs - 1), second, 'that call began before');
  assert.equal(warmed(second, laterMs + 1), neverCooled);
});
