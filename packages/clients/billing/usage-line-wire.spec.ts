import assert from 'node:assert/strict';
import type { UsageLine } from '#contracts/billing.ts';
import { UsageLineSchema } from '#contracts/gen/gateway/billing/v1/billing_pb.js';
import { overTheWire } from '#testkit/over-the-wire.ts';
import { test } from '#testkit/test.ts';
import { usageLineFromWire, usageLineToWire } from './usage-line-wire.ts';

test('a line of usage comes out as it went in, its amount exactly', () => {
  const line: UsageLine = {
    day: '2026-01-31',
    model: 'm',
    requests: 1,
    inputTokens: 2,
    cachedInputTokens: 3,
    cacheWriteTokens: 4,
    outputTokens: 5,
    reasoningTokens: 6,
    amountNanoUsd: 9_007_199_254_740_993n,
  };
  assert.deepEqual(usageLineFromWire(overTheWire(UsageLineSchema, usageLineToWire(line))), line);
});
