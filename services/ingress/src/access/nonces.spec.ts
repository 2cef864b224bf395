import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import { test } from '#testkit/test.ts';
import { createMemoryNonces, KEPT_MS, WINDOW_S } from './nonces.ts';

test('a nonce is good once while its request would be taken, and again after that', async () => {
  let now = 0;
  const nonces = createMemoryNonces({ nowMs: () => now });
  assert.ok(await nonces.use('k', 'a'));
  assert.ok(!(await nonces.use('k', 'a')));
  assert.ok(await nonces.use('k', 'b'));
  now += 2 * WINDOW_S * 1_000;
  assert.ok(!(await nonces.use('k', 'a')));
  now = KEPT_MS + 1;
  assert.ok(await nonces.use('k', 'a'));
});

test('with no room for another none is forgotten: requests are refused until there is room', async () => {
  let now = 0;
  const nonces = createMemoryNonces({ nowMs: () => now, noncesMax: 2 });
  await nonces.use('k', 'a');
  now = 1_000;
  await nonces.use('k', 'b');
  await assert.rejects(nonces.use('k', 'c'), (thrown) => {
    assert.ok(thrown instanceof Fault);
    assert.deepEqual([thrown.code, thrown.refusal.retryAfterMs], ['unavailable', KEPT_MS - 1_000]);
    return true;
  });
  assert.ok(!(await nonces.use('k', 'a')));
  assert.ok(!(await nonces.use('k', 'b')));
  now = KEPT_MS + 1;
  assert.ok(await nonces.use('k', 'c'));
  assert.ok(!(await nonces.use('k', 'b')));
});

test('a key that has as many nonces in use as a key may have is told when the first of them ends, and no other key is held up', async () => {
  let now = 0;
  const nonces = createMemoryNonces({ nowMs: () => now, noncesPerKeyMax: 2, noncesMax: 4 });
  await nonces.use('k', 'a');
  now = 1_000;
  await nonces.use('k', 'b');
  const isTooMany = (thrown: unknown): boolean => {
    assert.ok(thrown instanceof Fault);
    assert.deepEqual([thrown.code, thrown.refusal.retryAfterMs], ['rate_limit_exceeded', KEPT_MS - 1_000]);
    assert.match(thrown.refusal.message, /has 2 nonces in use, .* Each is kept for 11 minutes/);
    return true;
  };
  await assert.rejects(nonces.use('k', 'c'), isTooMany);
  assert.ok(!(await nonces.use('k', 'a')), 'one that was used before is told as such');
  assert.ok(await nonces.use('other', 'a'));
  nonces.forget('k', 'b');
  nonces.forget('k', 'b');
  assert.ok(await nonces.use('k', 'c'), 'one that was not taken leaves its place');
  await assert.rejects(nonces.use('k', 'd'), isTooMany);
  now = KEPT_MS + 1;
  assert.ok(await nonces.use('k', 'd'), 'the first has had its time');
});

test('a key may use nonces for ever, as many as it may have at a time', async () => {
  let now = 0;
  const nonces = createMemoryNonces({ nowMs: () => now, noncesPerKeyMax: 3 });
  for (let times = 0; times < 5_000; times += 1) {
    assert.ok(await nonces.use('k', `n${times}`));
    now += KEPT_MS / 3 + 1;
  }
  assert.ok(await nonces.use('k', 'one more'));
  await assert.rejects(nonces.use('k', 'too many'), Fault);
});
