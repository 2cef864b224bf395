import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { createMetrics, metricNames } from './metrics.ts';

describe('createMetrics', () => {
  test('exposes each named metric under its name', async () => {
    const text = await createMetrics({ withProcessDefaults: false }).registry.metrics();
    for (const name of Object.values(metricNames)) assert.match(text, new RegExp(`^# TYPE ${name} `, 'm'));
  });

  test('can be created twice in a process, each with a registry of its own', async () => {
    const first = createMetrics();
    const second = createMetrics();
    first.tokens.inc({ model: 'm', provider: 'p', kind: 'input' }, 3);
    assert.match(await first.registry.metrics(), /gateway_tokens_total\{.*\} 3/);
    assert.doesNotMatch(await second.registry.metrics(), /gateway_tokens_total\{/);
    assert.match(await second.registry.metrics(), /process_cpu_seconds_total/);
  });
});
