import assert from 'node:assert/strict';
import { gatewayConfigSchema } from '#config/gateway-config.ts';
import { STOP_MARGIN_MS } from '#host/stop-on-signals.ts';
import { test } from '#testkit/test.ts';
import { routerLimitsFrom } from './config-from.ts';

/** The ingress' own end after its drain: broken-off answers settle, and connections close. */
const INGRESS_END_MS = 6_000;

test('at a stop the usage of broken-off answers is on record before the process is cut off', () => {
  for (const drainTimeoutMs of [1, 30_000, 600_000]) {
    const { closeMaxMs = 0, recordMaxMs = 0 } = routerLimitsFrom(gatewayConfigSchema.parse({ drainTimeoutMs }));
    assert.ok(closeMaxMs <= drainTimeoutMs);
    assert.ok(INGRESS_END_MS + closeMaxMs + recordMaxMs < STOP_MARGIN_MS, `${closeMaxMs} + ${recordMaxMs} ms`);
  }
});

test('a request that takes all of its time is on record before its hold ends', () => {
  for (const holdTtlMs of [60_001, 61_000, 66_000, 660_000]) {
    const config = gatewayConfigSchema.parse({ requestTimeoutMs: 60_000, holdTtlMs });
    const { requestTimeoutMs = 0, drainMaxMs = 0, recordMaxMs = 0 } = routerLimitsFrom(config);
    assert.ok(requestTimeoutMs + drainMaxMs + recordMaxMs <= holdTtlMs + 1);
  }
});
