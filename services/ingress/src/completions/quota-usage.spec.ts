import assert from 'node:assert/strict';
import type { BalanceView } from '#contracts/billing.ts';
import { createMetrics, metricNames } from '#telemetry/metrics.ts';
import { test } from '#testkit/test.ts';
import { createQuotaUsage } from './quota-usage.ts';

/** Every tenth user has used all, every other a quarter. */
const view = (userId: string): BalanceView => {
  const chargedNanoUsd = userId.endsWith('0') ? 95n : 20n;
  return { userId, creditedNanoUsd: 100n, chargedNanoUsd, heldNanoUsd: 5n, availableNanoUsd: 75n - chargedNanoUsd };
};

test('the hundred users seen last are counted by how much they use, and none is named', async () => {
  const metrics = createMetrics({ withProcessDefaults: false });
  const usage = createQuotaUsage(metrics, { balances: async (userIds) => userIds.map(view) });
  for (let user = 0; user < 150; user++)
    usage.note(
      { userId: `u${user}`, teamId: '' },
      user === 149 ? [{ unit: 'requests', limit: 10, remaining: 4, resetMs: 1 }] : [],
    );
  await usage.publish();
  await usage.publish();
  const text = await metrics.registry.getSingleMetricAsString(metricNames.quotaUsers);
  for (const line of [
    'gateway_quota_users{quota="balance",share="0.5"} 10',
    'gateway_quota_users{quota="balance",share="1"} 10',
    'gateway_quota_users{quota="requests_per_minute",share="0.5"} 1',
    'gateway_quota_users{quota="requests_per_minute",share="0.9"} 0',
  ]) {
    assert.ok(text.split('\n').includes(line), text);
  }
  assert.doesNotMatch(text, /u1\d\d|user=/);
});
