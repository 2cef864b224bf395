import assert from 'node:assert/strict';
import { violatedPositions } from '#testkit/audit-of.ts';
import { doctored, eventIdAt } from '#testkit/chained-log.ts';
import { at, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';

test('an event id that stands in the log twice is noticed', async () => {
  const twice = doctored(sampleLog(), at.keyRevoked, () => ({ eventId: eventIdAt(at.keyCreated) }));
  assert.deepEqual(await violatedPositions(twice), { I3: [at.keyRevoked] });
});
