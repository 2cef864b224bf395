import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { metricNames } from '#telemetry/metrics.ts';

const known = new Set<string>(Object.values(metricNames));

for (const file of [
  'alerts.yml',
  '../kubernetes/gateway/files/alerts.yaml',
  '../grafana/dashboards/gateway.json',
] as const) {
  test(`${file} asks only for metrics there are`, async () => {
    const text = await readFile(new URL(file, import.meta.url), 'utf8');
    // What a histogram is stored as ends in one of these.
    const asked = [...text.matchAll(/\bgateway_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|count|sum)$/, ''));
    assert.notEqual(asked.length, 0);
    assert.deepEqual(
      asked.filter((name) => !known.has(name)),
      [],
    );
  });
}
