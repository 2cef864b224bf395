import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import { test } from '#testkit/test.ts';
import { createStreamTurns } from './stream-turns.ts';

test('work on one stream goes one after another, in the order it came, whatever fails', async () => {
  const inTurn = createStreamTurns();
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`${name} begins`);
    await Promise.resolve();
    log.push(`${name} ends`);
    if (name === 'b') throw new Error('b failed');
    return name;
  };
  const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => inTurn('s', work(name))));
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason))),
    ['a', 'Error: b failed', 'c'],
  );
  assert.deepEqual(log, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('work on another stream does not wait', async () => {
  const inTurn = createStreamTurns();
  const held = Promise.withResolvers<void>();
  const first = inTurn('s', () => held.promise);
  assert.equal(await inTurn('other', async () => 'done'), 'done');
  held.resolve();
  await first;
});

test('more than a hundred that wait for one stream are refused, and room comes back', async () => {
  const inTurn = createStreamTurns();
  const held = Promise.withResolvers<void>();
  const waiting = Array.from({ length: 100 }, () => inTurn('s', () => held.promise));
  await assert.rejects(
    inTurn('s', async () => undefined),
    (thrown) => thrown instanceof Fault && thrown.code === 'unavailable',
  );
  held.resolve();
  await Promise.all(waiting);
  assert.equal(await inTurn('s', async () => 'done'), 'done');
});
