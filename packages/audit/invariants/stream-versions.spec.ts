import assert from 'node:assert/strict';
import { violatedPositions } from '#testkit/audit-of.ts';
import { doctored } from '#testkit/chained-log.ts';
import { at, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';

const log = sampleLog();

test('a version left out or given twice is noticed', async () => {
  for (const version of [1, 3]) {
    const wrong = doctored(log, at.keyRevoked, () => ({ version }));
    assert.deepEqual(await violatedPositions(wrong), { I4: [at.keyRevoked] });
  }
});

test('an event in a stream that is not its subject is noticed', async () => {
  const elsewhere = doctored(log, at.keyRevoked, () => ({ stream: 'key-k2', version: 1 }));
  assert.deepEqual(await violatedPositions(elsewhere), { I4: [at.keyRevoked] });
});
