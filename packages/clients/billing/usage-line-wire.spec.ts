import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
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
    usage: { input: 2, cached_input: 3, output: 2 ** 40, search: 5 },
    amountNanoUsd: 9_007_199_254_740_993n,
  };
  assert.deepEqual(usageLineFromWire(overTheWire(UsageLineSchema, usageLineToWire(line))), line);
});

test('a line of an earlier version, which has fields in the place of units, is read as well, and one is written for it', () => {
  const earlier = create(UsageLineSchema, {
    day: 'd',
    model: 'm',
    requests: 1n,
    inputTokens: 2n,
    cacheWriteTokens: 3n,
  });
  assert.deepEqual(usageLineFromWire(earlier).usage, { input: 2, cache_write: 3 });
  const usage = { input: 2, cache_write: 3, cache_write_1h: 4, search: 1 };
  const { inputTokens, cacheWriteTokens } = usageLineToWire({ ...usageLineFromWire(earlier), usage });
  assert.deepEqual([inputTokens, cacheWriteTokens], [2n, 7n]);
});
