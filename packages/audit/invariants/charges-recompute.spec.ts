import assert from 'node:assert/strict';
import type { StoredEvent } from '#journal/stored-event.ts';
import { auditOf } from '#testkit/audit-of.ts';
import { bodyWith, doctored, rechained } from '#testkit/chained-log.ts';
import { at, sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';

const log = sampleLog();

/** The amount that I12 expected for the charge of the paid request. */
async function expectedOf(doctoredLog: readonly StoredEvent[]): Promise<readonly string[] | undefined> {
  const { I12 } = await auditOf(doctoredLog);
  return I12?.filter(({ position }) => position === at.paidCharge).map(({ expected }) => expected);
}

test('an amount one nano-USD too high is noticed, even where its ledger entry agrees', async () => {
  const postings = [
    { account: 'customer:u1', amountNanoUsd: '-1035001' },
    { account: 'revenue', amountNanoUsd: '1035001' },
  ];
  const { I12, ...others } = await auditOf(
    doctored(log, at.paidCharge, bodyWith({ amountNanoUsd: '1035001', postings })),
  );
  assert.deepEqual(others, {});
  assert.deepEqual(
    I12?.map((violation) => violation.expected),
    ["1035000 nano-USD by the charge's own lines", '1035000 nano-USD by the usage and the price'],
  );
});

test('a usage that was lowered afterwards is noticed at its charge', async () => {
  const usage = { inputTokens: 600, cachedInputTokens: 400, outputTokens: 301, reasoningTokens: 0 };
  assert.deepEqual(await expectedOf(doctored(log, at.paidUsage, bodyWith({ usage }))), [
    'the lines input 600 x 300000, cached_input 400 x 75000, output 301 x 1200000',
    '856800 nano-USD by the usage and the price',
  ]);
});

test('a charge by a price version other than the pinned one is noticed', async () => {
  const expected = await expectedOf(doctored(log, at.paidCharge, bodyWith({ priceVersion: 1 })));
  assert.equal(expected?.[0], 'the pinned price openai/gpt-sample version 2');
});

test('a price that was changed afterwards is noticed at the charges made by it', async () => {
  const dearer = { inputPicoUsd: '400000', cachedInputPicoUsd: '75000', outputPicoUsd: '1200000' };
  const expected = await expectedOf(doctored(log, at.secondPrice, bodyWith({ unitPrices: dearer })));
  assert.match(expected?.[0] ?? '', /input 600 x 400000/);
});

test('a price version that is not in the log is noticed', async () => {
  const candidates = [{ provider: 'openai', model: 'gpt-sample', priceKey: 'openai/gpt-sample', priceVersion: 3 }];
  const pinned = doctored(log, at.paidAdmitted, bodyWith({ candidates }));
  const charged = doctored(pinned, at.paidCharge, bodyWith({ priceVersion: 3 }));
  assert.deepEqual(await expectedOf(charged), ['the price openai/gpt-sample version 3 in the log']);
});

test('an answer from a model that was not admitted is noticed', async () => {
  const elsewhere = doctored(log, at.paidUsage, bodyWith({ model: 'gpt-other' }));
  assert.deepEqual(await expectedOf(elsewhere), ['openai/gpt-other among the admitted candidates']);
});

test('another multiplier, user, key or estimate flag than on record is noticed', async () => {
  const changes = { multiplierBasisPoints: 15_001, keyId: 'k2', estimated: true };
  const expected = await expectedOf(doctored(log, at.paidCharge, bodyWith(changes)));
  assert.deepEqual(expected?.slice(0, 3), ['key k1', 'multiplier 15000', 'estimated false']);
});

test('a charge without its usage is noticed', async () => {
  const without = rechained(log.filter((event) => event.position !== at.paidUsage));
  assert.deepEqual(await expectedOf(without), ['UsageRecorded before the charge']);
});

test('money charged where nothing was used is noticed', async () => {
  const paid = doctored(log, at.failedCharge, bodyWith({ amountNanoUsd: '5' }));
  assert.deepEqual(
    (await auditOf(paid))['I12']?.map((violation) => violation.expected),
    ['0 nano-USD, since nothing was used'],
  );
});
