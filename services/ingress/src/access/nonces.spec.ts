import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import { test } from '#testkit/test.ts';
import { createMemoryNonces, KEPT_MS, WINDOW_S } from './nonces.ts';

test('a nonce is good once while its request would be taken, and again after that', async () => {
  let now = 0;
  const nonces = createMemoryNonces({ nowMs: () => now });
  assert.ok(await nonces.use('a'));
  assert.ok(!(await nonces.use('a')));
  assert.ok(await nonces.use('b'));
  now += 2 * WINDOW_S * 1_000;
  assert.ok(!(await nonces.use('a')));
  now = KEPT_MS + 1;
  assert.ok(await nonces.use('a'));
});

test('with no room for another none is forgotten: requests are refused until there is room', async () => {
  let now = 0;
  const nonces = createMemoryNonces({ nowMs: () => now, noncesMax: 2 });
  await nonces.use('a');
  now = 1_000;
  await nonces.use('b');
  await assert.rejects(nonces.use('c'), (thrown) => {
    assert.ok(thrown instanceof Fault);
    assert.deepEqual([thrown.code, thrown.refusal.retryAfterMs], ['unavailable', KEPT_MS - 1_000]);
    return true;
  });
  assert.ok(!(await nonces.use('a')));
  assert.ok(!(await nonces.use('b')));
  now = KEPT_MS + 1;
  assert.ok(await nonces.use('c'));
  assert.ok(!(await nonces.use('b')));
});
