import assert from 'node:assert/strict';
import { at, recordedAtMs, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';
import { balanceAt, type Until } from './balance-at.ts';

const log = sampleLog();
const sumsAt = async (until: Until) => {
  const balance = await balanceAt([log.slice(0, 4), log.slice(4)], 'u1', until);
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
  const balance = await balanceAt([log], 'u1', { kind: 'head' });
  assert.equal(balance?.availableNanoUsd, 10_000_000n - 1_036_000n - 5_000n);
  assert.equal(balance.openHolds, 1);
});

test('a user the log does not know by then has no balance', async () => {
  assert.equal(await balanceAt([log], 'u2', { kind: 'head' }), undefined);
  assert.equal(await balanceAt([log], 'u1', { kind: 'position', position: 0 }), undefined);
});
