import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { FAILURES_MAX, REST_MS } from './domain/health/health.ts';
import { createHealthBoard } from './health-board.ts';

const candidates = [{ provider: 'a' }, { provider: 'b' }];
const names = (ordered: readonly { provider: string }[]) => ordered.map(({ provider }) => provider).join('');

test('a provider that keeps failing goes to the end of the order, and is back in its place when its rest is over', () => {
  let nowMs = 0;
  const board = createHealthBoard(() => nowMs);
  assert.equal(board.inOrder(candidates), candidates, 'while all is well nothing is copied');
  for (let i = 0; i < FAILURES_MAX; i += 1) board.note('a', 'call-failed');
  assert.equal(names(board.inOrder(candidates)), 'ba');
  assert.deepEqual([board.isHealthy('a'), board.isHealthy('b')], [false, true]);
  nowMs = REST_MS;
  assert.equal(names(board.inOrder(candidates)), 'ab');
  board.note('a', 'call-started');
  assert.equal(names(board.inOrder(candidates)), 'ba', 'one call probes, the others keep away');
});

test('a provider that was changed is healthy until it fails anew', () => {
  const board = createHealthBoard(() => 0);
  for (let i = 0; i < FAILURES_MAX; i += 1) board.note('a', 'call-failed');
  board.forget('a');
  assert.ok(board.isHealthy('a'));
  assert.equal(names(board.inOrder(candidates)), 'ab');
});
