import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createHeadroom } from './headroom.ts';

const NOW = 1_750_000_000_000;
const limitOf = (what: string, limit: number, remaining: number, reset: string) => ({
  [`x-ratelimit-limit-${what}`]: String(limit),
  [`x-ratelimit-remaining-${what}`]: String(remaining),
  [`x-ratelimit-reset-${what}`]: reset,
});

test('headroom is the tightest limit, until that starts anew', () => {
  const headroom = createHeadroom();
  assert.equal(headroom.basisPoints(NOW), undefined);
  headroom.tell({ ...limitOf('requests', 100, 90, '60s'), ...limitOf('tokens', 1_000, 250, '10s') }, NOW);
  assert.equal(headroom.basisPoints(NOW), 2_500);
  assert.equal(headroom.basisPoints(NOW + 10_000), 9_000);
  assert.equal(headroom.basisPoints(NOW + 60_000), 10_000);
});

test('what is exhausted is known to be so until it starts anew', () => {
  const headroom = createHeadroom();
  headroom.tell(limitOf('tokens', 1_000, 0, '10s'), NOW);
  assert.equal(headroom.isExhausted(NOW + 9_999), true);
  assert.equal(headroom.basisPoints(NOW), 0);
  assert.equal(headroom.isExhausted(NOW + 10_000), false);
});

test('requests that were sent since are counted until an answer tells again', () => {
  const headroom = createHeadroom();
  headroom.tell(limitOf('requests', 4, 2, '10s'), NOW);
  headroom.sent();
  assert.equal(headroom.basisPoints(NOW), 2_500);
  headroom.sent();
  assert.equal(headroom.isExhausted(NOW), true);
  headroom.tell(limitOf('requests', 4, 1, '10s'), NOW);
  assert.equal(headroom.isExhausted(NOW), false);
  assert.equal(headroom.basisPoints(NOW), 2_500);
});

test('an answer without rate limits changes nothing', () => {
  const headroom = createHeadroom();
  headroom.tell(limitOf('requests', 4, 2, '10s'), NOW);
  headroom.tell({ 'content-type': 'application/json' }, NOW);
  assert.equal(headroom.basisPoints(NOW), 5_000);
});

test('where only the rest is told, the most that was ever left counts as the whole', () => {
  const headroom = createHeadroom();
  for (const left of [80, 100, 50]) headroom.tell({ 'x-ratelimit-remaining-tokens': String(left) }, NOW);
  assert.equal(headroom.basisPoints(NOW), 5_000);
  assert.equal(headroom.basisPoints(NOW + 60_000), 10_000);
});

test('a limit of nothing, and more left than there is, are no news', () => {
  const headroom = createHeadroom();
  headroom.tell(limitOf('requests', 0, 0, '10s'), NOW);
  assert.equal(headroom.isExhausted(NOW), false);
  headroom.tell(limitOf('requests', 10, 50, '10s'), NOW);
  assert.equal(headroom.basisPoints(NOW), 10_000);
});
