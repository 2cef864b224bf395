import assert from 'node:assert/strict';
import { createMetrics, metricNames } from '#telemetry/metrics.ts';
import { test } from '#testkit/test.ts';
import { createQuotaUsage } from './quota-usage.ts';

test('quota usage is kept for the hundred users seen last, as shares', async () => {
  const metrics = createMetrics({ withProcessDefaults: false });
  const usage = createQuotaUsage(metrics, {
    balances: async (userIds) =>
      userIds.map((userId) => ({
        userId,
        creditedNanoUsd: 100n,
        chargedNanoUsd: 20n,
        heldNanoUsd: 5n,
        availableNanoUsd: 75n,
      })),
  });
  for (let user = 0; user < 150; user++)
    usage.note(`u${user}`, user === 149 ? [{ unit: 'requests', limit: 10, remaining: 4, resetMs: 1 }] : []);
  await usage.publish();
  await usage.publish();
  const lines = (await metrics.registry.getSingleMetricAsString(metricNames.quotaUsage)).split('\n');
  assert.equal(lines.filter((line) => line.includes('quota="balance"')).length, 100);
  assert.ok(lines.includes('gateway_quota_usage{user="u149",quota="balance"} 0.25'));
  assert.ok(lines.includes('gateway_quota_usage{user="u149",quota="requests_per_minute"} 0.6'));
  assert.ok(!lines.some((line) => line.includes('"u49"')));
});
