import assert from 'node:assert/strict';
import { violatedPositions } from '#testkit/audit-of.ts';
import { doctored } from '#testkit/chained-log.ts';
import { at, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';

test('what an old writer wrote after a new one is noticed', async () => {
  const newer = doctored(sampleLog(), at.lostAdmitted, () => ({ epoch: 2 }));
  const afterwards = newer.filter((event) => event.position > at.lostAdmitted).map((event) => event.position);
  assert.deepEqual(await violatedPositions(newer), { I15: afterwards });
});
