import assert from 'node:assert/strict';
import type { ProviderHealth } from '#contracts/router.ts';
import { test } from '#testkit/test.ts';
import { providerStates } from './provider-states.ts';

const deployment = {
  account: 'eu',
  model: 'm',
  state: 'open',
  reason: 'the provider refuses the key',
  sinceMs: 1_000,
  untilMs: 61_000,
  inFlight: 1,
  firstTokenMs: 250,
  tokensASecond: 80,
  failureBasisPoints: 1_250,
} as const;
const provider = (id: string, more: Partial<ProviderHealth> = {}): ProviderHealth => ({
  provider: id,
  isHealthy: true,
  reason: '',
  state: 'closed',
  sinceMs: 0,
  inFlight: 0,
  waiting: 0,
  deployments: [],
  probedAtMs: 0,
  ...more,
});

test('times and shares are told as people read them, and what is not known is empty', () => {
  const [a] = providerStates([provider('a', { deployments: [deployment], probedAtMs: 5_000 })], '').providers ?? [];
  assert.deepEqual([a?.since, a?.probedAt], ['', '1970-01-01T00:00:05.000Z']);
  const [told] = a?.deployments ?? [];
  assert.deepEqual(
    [told?.since, told?.until, told?.failedPercent, told?.headroomPercent],
    ['1970-01-01T00:00:01.000Z', '1970-01-01T00:01:01.000Z', '12.5', ''],
  );
});

test('one provider is told where one is asked for', () => {
  const both = [provider('a'), provider('b')];
  assert.deepEqual(
    providerStates(both, 'b').providers?.map(({ id }) => id),
    ['b'],
  );
  assert.equal(providerStates(both, '').providers?.length, 2);
});
