import assert from 'node:assert/strict';
import { auditOf } from '#testkit/audit-of.ts';
import { bodyWith, doctored } from '#testkit/chained-log.ts';
import { at, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';

test('a credit that posts another amount than it says is noticed, once', async () => {
  const postings = [
    { account: 'customer:u1', amountNanoUsd: '9000000' },
    { account: 'topups', amountNanoUsd: '-9000000' },
  ];
  const { I7, ...others } = await auditOf(doctored(sampleLog(), at.balanceCredited, bodyWith({ postings })));
  assert.deepEqual(others, {});
  assert.deepEqual(I7, [
    {
      position: at.balanceCredited,
      stream: 'user-u1',
      expected: '10000000 nano-USD on customer:u1 (10000000 credited - 0 charged)',
      found: '9000000 by the postings',
    },
  ]);
});
