import assert from 'node:assert/strict';
import { auditOf, violatedPositions } from '#testkit/audit-of.ts';
import { rechained } from '#testkit/chained-log.ts';
import { at, recordedAtMs, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';
import { HOLD_CLOSING_GRACE_MS } from './holds-end.ts';

const log = sampleLog();
const expiresAtMs = recordedAtMs(at.runningAdmitted) + 900_000;

test('a hold still open when its time and the grace are over is noticed, and not before', async () => {
  const lastMoment = expiresAtMs + HOLD_CLOSING_GRACE_MS;
  assert.deepEqual(await auditOf(log, { nowMs: lastMoment }), {});
  assert.deepEqual((await auditOf(log, { nowMs: lastMoment + 1 }))['I10'], [
    {
      position: at.runningAdmitted,
      stream: 'request-running',
      expected: 'HoldExpired',
      found: 'a hold still open 60 s past its expiry',
    },
  ]);
});

test('a usage that never is charged is noticed', async () => {
  const uncharged = rechained(log.slice(0, at.failedUsage));
  assert.deepEqual(await violatedPositions(uncharged, { nowMs: expiresAtMs + HOLD_CLOSING_GRACE_MS }), {
    I10: [at.failedAdmitted],
  });
});
