import assert from 'node:assert/strict';
import { auditOf, violatedPositions } from '#testkit/audit-of.ts';
import { doctored, rechained } from '#testkit/chained-log.ts';
import { at, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';

const log = sampleLog();

test('an event taken out is noticed at the one after it, even where the chain was made to fit', async () => {
  const without = rechained(log.filter((event) => event.position !== at.runningAdmitted));
  assert.deepEqual(await auditOf(without), {
    I1: [{ position: 18, stream: 'key-k1', expected: 'position 17', found: 'position 18' }],
  });
});

test('events taken off the end are noticed by the head', async () => {
  const last = log.at(-1);
  assert.ok(last !== undefined);
  const head = { position: last.position, epoch: 1, chain: last.chain };
  const positions = await violatedPositions(log.slice(0, -1), { head });
  assert.deepEqual(positions, { I1: [17], I2: [17] });
});

test('an event of another partition is noticed', async () => {
  const log2 = doctored(log, at.keyCreated, () => ({ part: 1 }));
  assert.deepEqual(await violatedPositions(log2), { I1: [at.keyCreated] });
});
