import assert from 'node:assert/strict';
import type { Payer } from '#contracts/admin-needs.ts';
import type { UsageReportLine, UsageReportQuery } from '#contracts/requests.ts';
import { test } from '#testkit/test.ts';
import { listRunways, ownRunway } from './runways.ts';

const NOW_MS = 1_800_000_000_000;
const DAY_MS = 86_400_000;

function line(value: string, amountNanoUsd: bigint): UsageReportLine {
  const none = { atMs: 0, requests: 1, errors: 0, inputTokens: 0, outputTokens: 0, firstByteMs: 0, durationMs: 0 };
  return { ...none, value, amountNanoUsd };
}

/** `available`: of each payer, in nano-USD. */
function dependencies(lines: readonly UsageReportLine[], available: Readonly<Record<string, bigint>>) {
  const asked: UsageReportQuery[] = [];
  return {
    asked,
    ledger: {
      usageReport: async (query: UsageReportQuery) => {
        asked.push(query);
        return lines;
      },
    },
    balances: {
      balancesOf: async (payers: readonly Payer[]) =>
        payers.map((payer) => ({
          payer,
          creditedNanoUsd: 0n,
          chargedNanoUsd: 0n,
          heldNanoUsd: 5n,
          availableNanoUsd: available[payer.id] ?? 0n,
        })),
      heldInAll: async () => 1_500_000_000n,
    },
    nameOf: async ({ id }: Payer) => (id === 'gone' ? '' : `the ${id}`),
    nowMs: NOW_MS,
  };
}

const request = (limit = 0) => ({ limit }) as Parameters<typeof listRunways>[1];

test('a balance lasts as long as the spending of seven days says, and whose is gone first stands first', async () => {
  const spent = [
    line('user:long', 7n),
    line('team:short', 7_000n),
    line('organisation:gone', 7n),
    line('user:free', 0n),
  ];
  const given = dependencies([...spent, line('', 9n)], { long: 30n, short: 1_500n, gone: -3n, free: 9n });
  const { runways = [], heldUsd } = await listRunways(given, request());
  assert.equal(heldUsd, '1.50');
  assert.deepEqual(
    runways.map(({ payerKind, payerId, name, hoursLeft }) => [payerKind, payerId, name, hoursLeft]),
    [
      ['organisation', 'gone', '', 0n],
      ['team', 'short', 'the short', 36n],
      ['user', 'long', 'the long', 720n],
    ],
  );
  assert.partialDeepStrictEqual(runways[1], {
    availableUsd: '0.0000015',
    heldUsd: '0.000000005',
    spentUsd: '0.000007',
    spentPerDayUsd: '0.000001',
  });
  assert.partialDeepStrictEqual(given.asked, [
    { groupBy: 'payer', intervalMs: 0, filter: { fromMs: NOW_MS - 7 * DAY_MS, toMs: NOW_MS + 1, userId: '' } },
  ]);
});

test('no more are told than are asked for, and amounts beyond doubles stay exact', async () => {
  const given = dependencies([line('user:a', 9_007_199_254_740_993n), line('user:b', 1n)], {
    a: 9_007_199_254_740_993n,
    b: 9_007_199_254_740_993n,
  });
  const { runways = [] } = await listRunways(given, request(1));
  assert.deepEqual(
    runways.map(({ payerId, hoursLeft }) => [payerId, hoursLeft]),
    [['a', 168n]],
  );
  const [, second] = (await listRunways(given, request())).runways ?? [];
  assert.equal(second?.hoursLeft, 9_007_199_254_740_993n * 168n);
});

test("a user's own balance is told by what it paid itself, and a team's is not told to a member", async () => {
  const { ledger } = dependencies([line('team:t', 9n), line('user:u', 700n)], {});
  const money = { creditedNanoUsd: 0n, chargedNanoUsd: 0n, heldNanoUsd: 0n, availableNanoUsd: 1_000n };
  const own = await ownRunway(ledger, { payer: { kind: 'user', id: 'u' }, ...money }, NOW_MS);
  assert.deepEqual(own, { spentPerDayUsd: '0.0000001', hoursLeft: 240n });
  const unused = await ownRunway(ledger, { payer: { kind: 'user', id: 'other' }, ...money }, NOW_MS);
  assert.deepEqual(unused, { spentPerDayUsd: '0.00', hoursLeft: 0n });
  assert.deepEqual(await ownRunway(ledger, { payer: { kind: 'team', id: 't' }, ...money }, NOW_MS), {});
  assert.deepEqual(await ownRunway(undefined, { payer: { kind: 'user', id: 'u' }, ...money }, NOW_MS), {});
});
