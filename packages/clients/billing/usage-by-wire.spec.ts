import assert from 'node:assert/strict';
import type { UsageByLine, UsageByQuery } from '#contracts/billing.ts';
import { GetUsageByRequestSchema, UsageByLineSchema } from '#contracts/gen/gateway/billing/v1/billing_pb.js';
import { Fault } from '#errors/fault.ts';
import { overTheWire } from '#testkit/over-the-wire.ts';
import { test } from '#testkit/test.ts';
import { usageByLineFromWire, usageByLineToWire, usageByQueryFromWire } from './usage-by-wire.ts';

test('a line of use comes out as it went in, its amount exactly', () => {
  const line: UsageByLine = {
    value: 'nightly',
    requests: 1,
    inputTokens: 2,
    outputTokens: 3,
    amountNanoUsd: 9_007_199_254_740_993n,
  };
  assert.deepEqual(usageByLineFromWire(overTheWire(UsageByLineSchema, usageByLineToWire(line))), line);
});

test('a question comes out as it went in, unless it asks for a dimension that there is not', () => {
  const query: UsageByQuery = { userId: 'u', dimension: 'tag', fromDay: '2026-01-01', toDay: '2026-01-31' };
  assert.deepEqual(usageByQueryFromWire(overTheWire(GetUsageByRequestSchema, query)), query);
  const odd = overTheWire(GetUsageByRequestSchema, { ...query, dimension: 'colour' });
  assert.throws(() => usageByQueryFromWire(odd), Fault);
});
