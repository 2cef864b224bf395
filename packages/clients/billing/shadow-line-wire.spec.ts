import assert from 'node:assert/strict';
import type { ShadowLine } from '#contracts/admin-needs.ts';
import { GetShadowReportRequestSchema, ShadowLineSchema } from '#contracts/gen/gateway/billing/v1/billing_pb.js';
import { overTheWire } from '#testkit/over-the-wire.ts';
import { test } from '#testkit/test.ts';
import { shadowLineFromWire, shadowLineToWire, shadowQueryFromWire, shadowQueryToWire } from './shadow-line-wire.ts';

test('a line of a shadow report comes out as it went in, its cost exactly', () => {
  const line: ShadowLine = {
    routeId: 'r',
    provider: 'p',
    model: 'm',
    shadowProvider: 's',
    shadowModel: 'n',
    requests: 9,
    failed: 1,
    shadowFailed: 2,
    sameText: 3,
    firstByteMs: 4,
    shadowFirstByteMs: 5,
    durationMs: 6,
    shadowDurationMs: 7,
    outputTokens: 2 ** 40,
    shadowOutputTokens: 8,
    shadowCostNanoUsd: 9_007_199_254_740_993n,
  };
  assert.deepEqual(shadowLineFromWire(overTheWire(ShadowLineSchema, shadowLineToWire(line))), line);
});

test('a question comes out as it went in', () => {
  const query = { routeId: 'r', fromMs: 1_700_000_000_000, toMs: 0 };
  const asked = overTheWire(GetShadowReportRequestSchema, shadowQueryToWire(query));
  assert.deepEqual(shadowQueryFromWire(asked), query);
});
