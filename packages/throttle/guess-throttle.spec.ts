import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createGuessThrottle } from './guess-throttle.ts';

function throttled() {
  const state = { nowUs: 1_000_000_000, blocked: [] as string[] };
  const throttle = createGuessThrottle({
    limit: { requestsPerMinute: 10, burst: 3 },
    nowUs: () => state.nowUs,
    onBlocked: (client) => state.blocked.push(client),
  });
  return { state, guess: (client: string) => throttle.guessed(client) };
}

test('a client may be wrong some times, then has to leave off, and is told for how long', () => {
  const { state, guess } = throttled();
  assert.deepEqual(
    [1, 2, 3].map(() => guess('a')),
    [0, 0, 0],
  );
  assert.equal(guess('a'), 6_000);
  assert.equal(guess('b'), 0, 'another client is not concerned');
  state.nowUs += 6_000_000;
  assert.equal(guess('a'), 0);
  assert.equal(guess('a'), 6_000);
});

test('a client that goes on is reported once a minute', () => {
  const { state, guess } = throttled();
  for (let tries = 0; tries < 600; tries += 1) {
    guess('a');
    state.nowUs += 100_000;
  }
  assert.deepEqual(state.blocked, ['a']);
  state.nowUs += 1_000_000;
  guess('a');
  guess('a');
  assert.deepEqual(state.blocked, ['a', 'a']);
});

test('any number of clients takes a bounded memory: the one that was counted longest ago is forgotten', () => {
  const { guess } = throttled();
  for (let tries = 0; tries < 4; tries += 1) guess('first');
  assert.ok(guess('first') > 0);
  for (let client = 0; client < 10_000; client += 1) guess(`client-${client}`);
  assert.equal(guess('first'), 0);
});
