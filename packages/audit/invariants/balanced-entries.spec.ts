import assert from 'node:assert/strict';
import { violatedPositions } from '#testkit/audit-of.ts';
import { bodyWith, doctored } from '#testkit/chained-log.ts';
import { at, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';

test('a credit whose postings make money out of nothing is noticed', async () => {
  const postings = [
    { account: 'customer:u1', amountNanoUsd: '10000000' },
    { account: 'topups', amountNanoUsd: '-9999999' },
  ];
  const unbalanced = doctored(sampleLog(), at.balanceCredited, bodyWith({ postings }));
  assert.deepEqual(await violatedPositions(unbalanced), { I5: [at.balanceCredited] });
});
