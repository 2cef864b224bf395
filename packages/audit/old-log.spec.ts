import assert from 'node:assert/strict';
import type { StoredEvent } from '#journal/stored-event.ts';
import { auditOf } from '#testkit/audit-of.ts';
import { eventIdAt, rechained } from '#testkit/chained-log.ts';
import { recordedAtMs, SAMPLE_USER, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';
import { explainRequest } from './explain/explain-request.ts';

/*
 * Earlier versions wrote `AdmissionWithdrawn` in the place of an admission of unknown fate, and of its usage. Nothing
 * writes it any longer, and such logs stay readable.
 */

const withdrawals = (): StoredEvent[] => {
  const log = sampleLog();
  const [last] = log.slice(-1);
  assert.ok(last !== undefined);
  const added = ['RequestAdmitted', 'UsageRecorded'].map((inPlaceOf, index) => {
    const position = log.length + index + 1;
    const data = { requestId: 'withdrawn', userId: SAMPLE_USER, failedAtMs: String(recordedAtMs(1)), inPlaceOf };
    return {
      ...last,
      position,
      eventId: eventIdAt(position),
      stream: 'request-withdrawn',
      version: index + 1,
      type: 'AdmissionWithdrawn',
      body: JSON.stringify(data),
    };
  });
  return rechained([...log, ...added]);
};

test('a log of an earlier version, with admissions that were withdrawn, holds every invariant', async () => {
  assert.deepEqual(await auditOf(withdrawals()), {});
});

test('a request that was withdrawn was never admitted, and others are told as ever', async () => {
  assert.equal(await explainRequest([withdrawals()], 'withdrawn'), undefined);
  assert.equal((await explainRequest([withdrawals()], 'paid'))?.state, 'charged');
});
