import assert from 'node:assert/strict';
import { auditOf, violatedPositions } from '#testkit/audit-of.ts';
import { bodyWith, doctored } from '#testkit/chained-log.ts';
import { at, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';

const log = sampleLog();
const postings = (customer: string, revenue: string, overrun: string) => [
  { account: 'customer:u1', amountNanoUsd: customer },
  { account: 'revenue', amountNanoUsd: revenue },
  { account: 'house_overrun', amountNanoUsd: overrun },
];

test('a charge above its hold is noticed', async () => {
  const change = { amountNanoUsd: '4500', overrunNanoUsd: '0', postings: postings('-4500', '4500', '0') };
  const { I9, ...others } = await auditOf(doctored(log, at.overrunCharge, bodyWith(change)));
  assert.deepEqual(others, {});
  assert.deepEqual(
    I9?.map(({ expected, found }) => ({ expected, found })),
    [{ expected: 'a charge from 0 to 1000 nano-USD', found: 'a charge of 4500' }],
  );
});

test('an overrun while the hold is not used up is noticed', async () => {
  const change = { amountNanoUsd: '500', overrunNanoUsd: '4000', postings: postings('-500', '4500', '-4000') };
  assert.deepEqual(await violatedPositions(doctored(log, at.overrunCharge, bodyWith(change))), {
    I9: [at.overrunCharge],
  });
});

test('an overrun posted to another account than the house is noticed', async () => {
  const change = {
    postings: [
      { account: 'customer:u1', amountNanoUsd: '-1000' },
      { account: 'revenue', amountNanoUsd: '4500' },
      { account: 'customer:u2', amountNanoUsd: '-3500' },
    ],
  };
  const { I9, ...others } = await auditOf(doctored(log, at.overrunCharge, bodyWith(change)));
  assert.deepEqual(others, {});
  assert.deepEqual(
    I9?.map((violation) => violation.expected),
    ['-3500 nano-USD posted to house_overrun', '0 nano-USD posted to customer:u2'],
  );
});

test('an end that gives back another hold than was placed is noticed', async () => {
  const lower = doctored(log, at.lostExpired, bodyWith({ holdNanoUsd: '3000000' }));
  assert.deepEqual(await violatedPositions(lower), { I9: [at.lostExpired] });
});
