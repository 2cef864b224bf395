import assert from 'node:assert/strict';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { AlertRuleSchema, LimitSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import type { HealthState, ProviderHealth } from '#contracts/router.ts';
import { test } from '#testkit/test.ts';
import { balanceLowReadings } from './balance-low.ts';
import { deadLettersReadings } from './dead-letters.ts';
import { errorRateReadings } from './error-rate.ts';
import { limitUsedReadings } from './limit-used.ts';
import { downSinceAfter, providerDownReadings } from './provider-down.ts';
import { unusualSpendReadings } from './unusual-spend.ts';

const USD = 1_000_000_000n;
const DAY_MS = 86_400_000;

const rule = (fields: MessageInitShape<typeof AlertRuleSchema>) => create(AlertRuleSchema, { id: 'r', ...fields });
const states = (readings: readonly { readonly threshold: string; readonly state: string }[]) =>
  Object.fromEntries(readings.map(({ threshold, state }) => [threshold, state]));

test('a limit is over each share that is used, and what is held is not used', () => {
  const limit = create(LimitSchema, { id: 'l', unit: 'requests', period: 'day', generation: 2 });
  const at = (used: bigint, amount = 10n) =>
    limitUsedReadings(rule({ limitPercents: [50, 80, 100] }), [
      { limit, state: { limitId: 'l', amount, used, held: 5n, left: 0n, resetsAtMs: 9 } },
    ]);
  assert.deepEqual(states(at(4n)), { '50 %': 'clear', '80 %': 'clear', '100 %': 'clear' });
  assert.deepEqual(states(at(5n)), { '50 %': 'over', '80 %': 'clear', '100 %': 'clear' });
  assert.deepEqual(states(at(8n)), { '50 %': 'over', '80 %': 'over', '100 %': 'clear' });
  assert.deepEqual(states(at(12n)), { '50 %': 'over', '80 %': 'over', '100 %': 'over' });
  assert.deepEqual(at(5n)[0]?.window, { generation: 2, endMs: 9 });
  assert.deepEqual(at(0n, 0n), [], 'a limit of nothing has no shares');
});

test('a balance is low below an amount, or below the days that it lasts', () => {
  const payer = { kind: 'team', id: 't' } as const;
  const at = (availableNanoUsd: bigint, spentNanoUsd: bigint, heldNanoUsd = 0n, creditedNanoUsd = 100n * USD) =>
    states(
      balanceLowReadings(rule({ balanceBelowUsd: '10', daysLeftBelow: 3 }), [
        {
          balance: { payer, creditedNanoUsd, chargedNanoUsd: 0n, heldNanoUsd, availableNanoUsd },
          name: '',
          spending: { spentNanoUsd, elapsedMs: 7 * DAY_MS },
        },
      ]),
    );
  assert.deepEqual(at(20n * USD, 0n), { '10.00 USD': 'clear', '3 days': 'clear' });
  assert.deepEqual(at(9n * USD, 0n), { '10.00 USD': 'over', '3 days': 'clear' });
  assert.deepEqual(at(9n * USD, 0n, 1n * USD), { '10.00 USD': 'clear', '3 days': 'clear' }, 'a hold is still there');
  // 70 USD in a week are 10 a day: 29 USD last less than three days, 31 a little more, 40 enough to be clear.
  assert.equal(at(29n * USD, 70n * USD)['3 days'], 'over');
  assert.equal(at(31n * USD, 70n * USD)['3 days'], 'between');
  assert.equal(at(40n * USD, 70n * USD)['3 days'], 'clear');
  assert.deepEqual(at(0n, 0n, 0n, 0n), { '10.00 USD': 'clear', '3 days': 'clear' }, 'no prepaid money');
});

test('a provider is down for as long as no look finds it well, however often its breaker tries', () => {
  const health = (state: HealthState, sinceMs: number): ProviderHealth[] => [
    {
      provider: 'p',
      isHealthy: false,
      reason: 'it answers 500',
      state,
      sinceMs,
      inFlight: 0,
      waiting: 0,
      deployments: [],
      probedAtMs: 0,
    },
  ];
  const watched = rule({ forSeconds: 60 });
  let downSince = downSinceAfter(new Map(), health('open', 0), 1_000);
  const look = (state: HealthState, sinceMs: number, nowMs: number) => {
    downSince = downSinceAfter(downSince, health(state, sinceMs), nowMs);
    return providerDownReadings(watched, health(state, sinceMs), { downSince, nowMs })[0]?.state;
  };
  assert.equal(look('open', 1_000, 30_000), 'between');
  assert.equal(look('half_open', 31_000, 31_000), 'between');
  assert.equal(look('open', 32_000, 61_000), 'over', 'the outage began at 1 s');
  assert.equal(look('half_open', 62_000, 62_000), 'between');
  assert.equal(look('closed', 63_000, 63_000), 'clear');
  assert.equal(look('down', 0, 64_000), 'between', 'a new outage');
  assert.equal(look('draining', 0, 200_000), 'clear', 'its operator drains it');
});

test('an error rate needs enough requests, and is clear well below the threshold', () => {
  const at = (failed: number, requests: number) =>
    errorRateReadings(rule({ errorPercent: '10', windowMinutes: 10, requestsMin: 20 }), [
      { subject: { kind: 'gateway', id: '', name: '' }, failed, requests },
    ])[0]?.state;
  assert.equal(at(5, 10), 'between');
  assert.equal(at(5, 9), 'clear');
  assert.equal(at(2, 20), 'over');
  assert.equal(at(9, 100), 'between');
  assert.equal(at(8, 100), 'clear');
  assert.equal(at(0, 0), 'clear');
});

test('a spend is unusual far above the mean of the own hours, in whole numbers of any size', () => {
  const at = (spent: bigint, hours: readonly bigint[], spendAboveUsd = '1') =>
    unusualSpendReadings(rule({ deviations: 4, spendAboveUsd, historyHoursMin: 24 }), [
      { subject: { kind: 'key', id: 'k', name: '' }, spentNanoUsd: spent, hoursNanoUsd: hours },
    ])[0]?.state;
  // Hours of 1 and 3 USD: mean 2, deviation 1. Four deviations above are 6 USD, two are 4.
  const hours = Array.from({ length: 48 }, (_, index) => (index % 2 === 0 ? 1n : 3n) * USD);
  assert.equal(at(6n * USD, hours), 'between');
  assert.equal(at(6n * USD + 1n, hours), 'over');
  assert.equal(at(4n * USD, hours), 'clear');
  assert.equal(at(9n * USD, hours.slice(0, 23)), 'clear', 'too little history');
  assert.equal(at(9n * USD, hours, '10'), 'clear', 'below the least amount');
  const large = hours.map((each) => each * 1_000_000n);
  assert.equal(at(6_000_000n * USD, large), 'between');
  assert.equal(at(6_000_000n * USD + 1n, large), 'over');
  assert.equal(
    at(
      2n * USD,
      Array.from({ length: 24 }, () => 0n),
    ),
    'over',
    'a key that slept for a day',
  );
});

test('a consumer is stuck once its first letter is old enough', () => {
  const at = (letters: number, sinceMs: number) =>
    deadLettersReadings(rule({ forSeconds: 60 }), [{ consumer: 'c', letters, position: 7, sinceMs }], 100_000)[0]
      ?.state;
  assert.equal(at(0, 0), 'clear');
  assert.equal(at(2, 50_000), 'between');
  assert.equal(at(2, 40_000), 'over');
});
