import assert from 'node:assert/strict';
import { auditOf } from '#testkit/audit-of.ts';
import { bodyWith, doctored } from '#testkit/chained-log.ts';
import { at, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';

const log = sampleLog();

test('a hold above the balance is noticed at the moment it was placed', async () => {
  const overspent = doctored(log, at.lostAdmitted, bodyWith({ holdNanoUsd: '10000000' }));
  const { I6 } = await auditOf(overspent);
  assert.deepEqual(I6?.[0], {
    position: at.lostAdmitted,
    stream: 'request-lost',
    expected: 'at least 0 nano-USD available',
    found: '-1035000 nano-USD available to user u1',
  });
});

test('a hold that gives back more than was set aside is noticed', async () => {
  const tooMuch = doctored(log, at.lostExpired, bodyWith({ holdNanoUsd: '3074853' }));
  const found = (await auditOf(tooMuch))['I6']?.map((violation) => violation.found);
  assert.equal(found?.[0], '-1 nano-USD held of user u1');
});
