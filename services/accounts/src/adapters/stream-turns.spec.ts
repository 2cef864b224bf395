import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import { test } from '#testkit/test.ts';
import { createStreamTurns } from './stream-turns.ts';

test('work on one stream goes one after another, in the order it came, whatever fails', async () => {
  const inTurns = createStreamTurns();
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`${name} begins`);
    await Promise.resolve();
    log.push(`${name} ends`);
    if (name === 'b') throw new Error('b failed');
    return name;
  };
  const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => inTurns(['s'], work(name))));
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason))),
    ['a', 'Error: b failed', 'c'],
  );
  assert.deepEqual(log, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('work on another stream does not wait', async () => {
  const inTurns = createStreamTurns();
  const held = Promise.withResolvers<void>();
  const first = inTurns(['s'], () => held.promise);
  assert.equal(await inTurns(['other'], async () => 'done'), 'done');
  held.resolve();
  await first;
});

test('more than a hundred that wait for one stream are refused, and room comes back', async () => {
  const inTurns = createStreamTurns();
  const held = Promise.withResolvers<void>();
  const waiting = Array.from({ length: 100 }, () => inTurns(['s'], () => held.promise));
  await assert.rejects(
    inTurns(['s'], async () => undefined),
    (thrown) => thrown instanceof Fault && thrown.code === 'unavailable',
  );
  held.resolve();
  await Promise.all(waiting);
  assert.equal(await inTurns(['s'], async () => 'done'), 'done');
});

test('work that names several things waits for each of them, and no two wait for each other', async () => {
  const inTurns = createStreamTurns();
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`${name} begins`);
    await Promise.resolve();
    log.push(`${name} ends`);
  };
  await Promise.all([inTurns(['s', 't'], work('a')), inTurns(['t', 's', 't'], work('b')), inTurns(['t'], work('c'))]);
  assert.equal(log.length, 6);
  for (let index = 0; index < log.length; index += 2) {
    assert.equal(log[index]?.replace('begins', 'ends'), log[index + 1]);
  }
});
