import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ProviderErrorKind } from '#ai/answer-decoder.ts';
import { test } from '#testkit/test.ts';
import { kindRows } from './attempt-failure.ts';
import { BACKOFF_MAX_MS } from './backoff.ts';
import type { FailureClass } from './failure-class.ts';
import { type Circumstances, nextAttempt, RETRY_AFTER_MAX_MS, type Tried, type Way } from './next-attempt.ts';

/** A way as `provider/account`, or `provider`. */
function way(name: string, place: Way['candidate'] & { readonly model?: string } = {}): Way {
  const [provider = '', account = ''] = name.split('/');
  const { model = 'm', ...candidate } = place;
  return { provider, account, model, candidate };
}

function failed(
  place: number,
  failure: FailureClass,
  more: { retryAfterMs?: number | undefined; atMs?: number } = {},
): Tried {
  const retry = failure in kindRows ? kindRows[failure as ProviderErrorKind].retry : 'anywhere';
  return { way: place, failed: { failure, retry, retryAfterMs: more.retryAfterMs }, atMs: more.atMs ?? 0 };
}

const uncalled = (place: number): Tried => ({ way: place, failed: null, atMs: 0 });

interface Given extends Partial<Circumstances> {
  readonly keptAway?: readonly number[];
}

/** What is tried next: the way, with `+<ms>` for a repetition after a pause; null: nothing. */
function next(ways: readonly Way[], tried: readonly Tried[], { keptAway = [], ...given }: Given = {}): string | null {
  const told = nextAttempt(ways, tried, {
    attempts: tried.filter((each) => each.failed !== null).length,
    attemptsMax: 10,
    deadlineMs: 1_000_000,
    nowMs: 0,
    jitter: 0.5,
    isKeptAway: (place) => keptAway.includes(place),
    repeating: () => ({ retriesMax: 1, intervalMs: 200 }),
    exhausted: new Set(),
    ...given,
  });
  if (told.kind === 'give-up') return null;
  const at = ways[told.way];
  const name = at?.account ? `${at.provider}/${at.account}` : at?.provider;
  return told.isRepeat ? `${name}+${told.delayMs}` : `${name}`;
}

const two = [way('a'), way('b')];

test('the first way is tried first, and the next one at once after a failure', () => {
  assert.deepEqual([next(two, []), next(two, [failed(0, 'overload')])], ['a', 'b']);
});

test('what may be asked again is asked again after all others, after a pause with full jitter', () => {
  for (const failure of ['rate', 'overload', 'server', 'timeout', 'connection', 'unreadable', 'cut'] as const) {
    assert.equal(next([way('a')], [failed(0, failure)]), 'a+100', failure);
    assert.equal(next(two, [failed(0, failure), failed(1, failure)]), 'a+100', failure);
  }
  assert.equal(next([way('a')], [failed(0, 'server')], { jitter: 0 }), 'a+0');
  assert.equal(next([way('a')], [failed(0, 'server')], { jitter: 1 }), 'a+200');
  const twice = [failed(0, 'server'), failed(0, 'server')];
  const repeating = () => ({ retriesMax: 2, intervalMs: 200 });
  assert.equal(next([way('a')], twice, { jitter: 1, repeating }), 'a+400');
  assert.equal(next([way('a')], twice), null);
});

test('a pause is bounded, however long the interval', () => {
  const repeating = () => ({ retriesMax: 9, intervalMs: 60_000 });
  assert.equal(next([way('a')], [failed(0, 'server')], { jitter: 1, repeating }), `a+${BACKOFF_MAX_MS}`);
});

test('a refused request is not sent anywhere else', () => {
  assert.equal(next(two, [failed(0, 'request')]), null);
});

test('a key or a balance sends to another account of the provider first, then elsewhere, and never there again', () => {
  const ways = [way('a/1'), way('b'), way('a/2')];
  for (const failure of ['key', 'balance'] as const) {
    assert.equal(next(ways, [failed(0, failure)]), 'a/2');
    assert.equal(next(ways, [failed(0, failure), failed(2, failure)]), 'b');
    assert.equal(next([way('a/1')], [failed(0, failure)]), null);
  }
  assert.equal(next(ways, [failed(0, 'rate')]), 'b');
  const otherModel = [way('a/1'), way('a/1', { model: 'n' }), way('b')];
  assert.equal(next(otherModel, [failed(0, 'key')]), 'b', 'the same key for another model comes last');
});

test('without a connection the other accounts of the provider come last, and without the model those ways to it', () => {
  const ways = [way('a/1'), way('a/2'), way('b')];
  for (const failure of ['connection', 'not-here'] as const) {
    assert.equal(next(ways, [failed(0, failure)]), 'b', failure);
    assert.equal(next(ways, [failed(0, failure), failed(2, 'server')]), 'a/2', failure);
  }
});

test('a window sends to models that take more alone, whatever their stage', () => {
  const ways = [
    way('a', { contextTokens: 8_000 }),
    way('b', { contextTokens: 8_000 }),
    way('unknown', { stage: 1 }),
    way('larger', { stage: 1, contextTokens: 9_000 }),
    way('listed', { stage: 2, standsInFor: 'context_window' }),
    way('policy', { stage: 3, standsInFor: 'content_policy' }),
  ];
  const first = failed(0, 'context-window');
  assert.equal(next(ways, [first]), 'larger');
  assert.equal(next(ways, [first, failed(3, 'server')]), 'listed');
  assert.equal(next(ways, [first, failed(3, 'server'), failed(4, 'server')]), 'larger+100');
  assert.equal(next(ways, [first, failed(3, 'context-window'), failed(4, 'key')]), null);
  const unknown = ways.map((each) => ({ ...each, candidate: { ...each.candidate, contextTokens: 0 } }));
  assert.equal(next(unknown, [first]), 'listed');
});

test('a policy sends to the models that were listed for it alone', () => {
  const ways = [way('a'), way('b'), way('c', { stage: 1 }), way('listed', { stage: 2, standsInFor: 'content_policy' })];
  assert.equal(next(ways, [failed(0, 'content-policy')]), 'listed');
  assert.equal(next(ways.slice(0, 3), [failed(0, 'content-policy')]), null);
});

test('models for a window or a policy are tried for nothing else', () => {
  const ways = [
    way('a'),
    way('w', { stage: 1, standsInFor: 'context_window' }),
    way('p', { stage: 1, standsInFor: 'content_policy' }),
  ];
  assert.equal(next(ways, [failed(0, 'server')]), 'a+100');
  assert.equal(next(ways, [failed(0, 'key')]), null);
});

test('models in place of others come when all ways to the first have failed, before it is asked again', () => {
  const ways = [way('a'), way('b'), way('c', { stage: 1 })];
  assert.equal(next(ways, [failed(0, 'server')]), 'b');
  assert.equal(next(ways, [failed(0, 'server'), failed(1, 'server')]), 'c');
});

test('a model in place of another comes before ways that are kept away from', () => {
  const ways = [way('a'), way('b'), way('c', { stage: 1 })];
  assert.equal(next(ways, [], { keptAway: [0, 1] }), 'c');
  assert.equal(next(ways, [failed(2, 'server')], { keptAway: [0, 1] }), 'a');
  assert.equal(next(ways, [], { keptAway: [0, 1, 2] }), 'a');
});

test('a short Retry-After is waited out, less what has passed of it; a longer one is not', () => {
  const limited = failed(0, 'rate', { retryAfterMs: 1_500 });
  assert.equal(next([way('a')], [limited]), 'a+1500');
  assert.equal(next([way('a')], [limited], { nowMs: 1_000 }), 'a+500');
  assert.equal(next([way('a')], [failed(0, 'rate', { retryAfterMs: RETRY_AFTER_MAX_MS + 1 })]), null);
  assert.equal(next(two, [limited, failed(1, 'rate', { retryAfterMs: 300 })]), 'b+300');
});

test('a provider that is never asked again, or has no repetition left, is not', () => {
  const tried = [failed(0, 'server')];
  assert.equal(next([way('a')], tried, { repeating: () => ({ retriesMax: 0, intervalMs: 200 }) }), null);
  assert.equal(next([way('a')], tried, { exhausted: new Set(['a']) }), null);
  assert.equal(next(two, [...tried, failed(1, 'server')], { exhausted: new Set(['a']) }), 'b+100');
});

test('a way that was not called is no attempt, and is not tried again', () => {
  assert.equal(next(two, [uncalled(0)], { attemptsMax: 1 }), 'b');
  assert.equal(next(two, [uncalled(0), uncalled(1)]), null);
});

test('no pause begins that would not end before the deadline, and no attempt after it', () => {
  assert.equal(next([way('a')], [failed(0, 'server')], { deadlineMs: 101 }), 'a+100');
  assert.equal(next([way('a')], [failed(0, 'server')], { deadlineMs: 100 }), null);
  assert.equal(next(two, [failed(0, 'server')], { deadlineMs: 500, nowMs: 500 }), null);
});

const classes: readonly FailureClass[] = [
  ...(Object.keys(kindRows) as ProviderErrorKind[]),
  'connection',
  'cut',
  'unreadable',
];

test('whatever fails: no more attempts than allowed, none after the deadline, no way more often than it may be', () => {
  const anyWay = fc.record({
    provider: fc.constantFrom('a', 'b', 'c'),
    account: fc.constantFrom('', '1', '2'),
    model: fc.constantFrom('m', 'n'),
    candidate: fc.record({
      stage: fc.nat(2),
      standsInFor: fc.constantFrom('', 'context_window', 'content_policy'),
      contextTokens: fc.constantFrom(0, 8_000, 128_000),
    }),
  });
  const anyFate = fc.record({
    failure: fc.option(fc.constantFrom(...classes)),
    retryAfterMs: fc.option(fc.nat(4_000), { nil: undefined }),
    tookMs: fc.nat(3_000),
    isKeptAway: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(anyWay, { maxLength: 8 }) as fc.Arbitrary<Way[]>,
      fc.array(anyFate, { minLength: 40, maxLength: 40 }),
      fc.record({
        attemptsMax: fc.integer({ min: 1, max: 6 }),
        retriesMax: fc.nat(2),
        jitter: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      (ways, fates, { attemptsMax, retriesMax, jitter }) => {
        const tried: Tried[] = [];
        const deadlineMs = 5_000;
        let [nowMs, attempts] = [0, 0];
        for (const { failure, retryAfterMs, tookMs, isKeptAway } of fates) {
          const given = { attempts, attemptsMax, deadlineMs, nowMs, jitter, exhausted: new Set<string>() };
          const repeating = () => ({ retriesMax, intervalMs: 200 });
          const told = nextAttempt(ways, tried, { ...given, repeating, isKeptAway: () => isKeptAway });
          if (told.kind === 'give-up') break;
          nowMs += told.delayMs;
          assert.ok(tried.length === 0 || nowMs < deadlineMs, 'begun after the deadline');
          assert.equal(
            told.isRepeat,
            tried.some(({ way: place }) => place === told.way),
          );
          const fate = failure === null ? uncalled(told.way) : failed(told.way, failure, { retryAfterMs, atMs: nowMs });
          tried.push(fate);
          if (failure === null) continue;
          attempts += 1;
          nowMs += tookMs;
        }
        assert.ok(attempts <= attemptsMax);
        for (const provider of ['a', 'b', 'c']) {
          const called = tried.filter((each) => each.failed !== null && ways[each.way]?.provider === provider);
          assert.ok(called.length - new Set(called.map((each) => each.way)).size <= retriesMax);
        }
      },
    ),
  );
});
