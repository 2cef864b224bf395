import assert from 'node:assert/strict';
import type { Payer } from '#contracts/admin-needs.ts';
import { homeStream } from '#contracts/home-stream.ts';
import { userPayer } from '#contracts/payer.ts';
import { chainedLog } from '#testkit/chained-log.ts';
import { admitted, charged, credited, expired, used } from '#testkit/events.ts';
import { resourceSet } from '#testkit/policy-events.ts';
import { at, recordedAtMs, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';
import { balanceAt, type Until } from './balance-at.ts';

const log = sampleLog();
const sumsAt = async (until: Until) => {
  const balance = await balanceAt([log.slice(0, 4), log.slice(4)], userPayer('u1'), until);
  return balance && [balance.position, balance.creditedNanoUsd, balance.chargedNanoUsd, balance.heldNanoUsd];
};

test('a balance is the fold of the log up to a position', async () => {
  assert.deepEqual(await sumsAt({ kind: 'position', position: at.userCreated }), [1, 0n, 0n, 0n]);
  assert.deepEqual(await sumsAt({ kind: 'position', position: at.paidUsage }), [7, 10_000_000n, 0n, 3_074_852n]);
  assert.deepEqual(await sumsAt({ kind: 'position', position: at.paidCharge }), [8, 10_000_000n, 1_035_000n, 0n]);
});

test('a balance at a moment counts what was recorded up to it, itself included', async () => {
  const moment = recordedAtMs(at.paidCharge);
  assert.equal((await sumsAt({ kind: 'time', atMs: moment }))?.[0], at.paidCharge);
  assert.equal((await sumsAt({ kind: 'time', atMs: moment - 1 }))?.[0], at.paidUsage);
});

test('a balance at the head counts everything, with the holds that are open', async () => {
  const balance = await balanceAt([log], userPayer('u1'), { kind: 'head' });
  assert.equal(balance?.availableNanoUsd, 10_000_000n - 1_036_000n - 5_000n);
  assert.equal(balance.openHolds, 1);
});

test('a user the log does not know by then has no balance', async () => {
  assert.equal(await balanceAt([log], userPayer('u2'), { kind: 'head' }), undefined);
  assert.equal(await balanceAt([log], userPayer('u1'), { kind: 'position', position: 0 }), undefined);
});

test('a team and an organisation have balances as users have, with the requests that they pay for', async () => {
  const team = { payerKind: 'team', payerId: 't' };
  const request = (requestId: string) => ({ requestId, userId: 'u', holdNanoUsd: 100n, ...team });
  const paidByTeam = chainedLog(
    [
      resourceSet('organisation', { id: 'o' }),
      resourceSet('team', { id: 't', organisationId: 'o' }),
      resourceSet('user', { id: 'u', teamId: 't' }),
      credited('', 1_000n, team),
      admitted(request('a')),
      used(request('a')),
      charged({ ...request('a'), amountNanoUsd: 40n }),
      admitted(request('b')),
      admitted(request('c')),
      expired(request('c')),
    ].map((event) => ({ ...event, stream: homeStream(event) })),
  );
  const moneyOf = async (payer: Payer, until: Until = { kind: 'head' }) => {
    const balance = await balanceAt([paidByTeam], payer, until);
    return balance && [balance.creditedNanoUsd, balance.chargedNanoUsd, balance.heldNanoUsd, balance.openHolds];
  };
  assert.deepEqual(await moneyOf({ kind: 'team', id: 't' }), [1_000n, 40n, 100n, 1]);
  assert.deepEqual(await moneyOf({ kind: 'organisation', id: 'o' }), [0n, 0n, 0n, 0]);
  assert.deepEqual(await moneyOf(userPayer('u')), [0n, 0n, 0n, 0]);
  assert.equal(await moneyOf({ kind: 'team', id: 't' }, { kind: 'position', position: 1 }), undefined);
  assert.equal(await moneyOf({ kind: 'team', id: 'u' }), undefined);
});
