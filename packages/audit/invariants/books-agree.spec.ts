import assert from 'node:assert/strict';
import type { GatewayEvent } from '#contracts/events.ts';
import { homeStream } from '#contracts/home-stream.ts';
import { auditOf } from '#testkit/audit-of.ts';
import { bodyWith, chainedLog, doctored } from '#testkit/chained-log.ts';
import { credited, debited } from '#testkit/events.ts';
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

test('a debit that the ledger does not have is noticed', async () => {
  const team = { kind: 'team', id: 't' } as const;
  const credit = credited('', 10n, { payerKind: 'team', payerId: 't' });
  const debit = debited(team, 4n);
  const logOf = (...events: GatewayEvent[]) =>
    chainedLog(events.map((event) => ({ ...event, stream: homeStream(event) })));
  assert.deepEqual(await auditOf(logOf(credit, debit)), {});
  const { I7 } = await auditOf(logOf(credit, { ...debit, data: { ...debit.data, postings: [] } }));
  assert.deepEqual(I7?.[0]?.expected, '6 nano-USD on team:t (10 credited - 4 debited - 0 charged)');
});
