import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { GetQuoteRequestSchema, GetQuoteResponseSchema } from '#contracts/gen/gateway/quota/v1/quota_pb.js';
import type { AdmitRequest, QuoteResult } from '#contracts/quota.ts';
import { overTheWire } from '#testkit/over-the-wire.ts';
import { test } from '#testkit/test.ts';
import { quoteFromWire, quoteRequestFromWire, quoteRequestToWire, quoteToWire } from './quote-wire.ts';

test('a request that is priced comes out as it went in', () => {
  const request: AdmitRequest = {
    requestId: 'r',
    userId: 'u',
    keyId: '',
    model: 'm',
    stream: true,
    candidates: [{ provider: 'p', model: 'm', priceKey: 'c/m' }],
    promptTokensBound: 10,
    promptTokensEstimate: 5,
    outputTokensRequested: 0,
    outputTokensDefault: 7,
    choices: 2,
    operation: 'embed',
    format: 'openai-embeddings',
    otherUnits: ['image_input'],
    counts: { search: 3 },
    serviceTier: 'flex',
    attribution: { tags: ['t'], metadata: { a: 'b' }, sessionId: 's', agentId: 'g' },
    traceparent: '00-1-2-01',
  };
  const wire = overTheWire(GetQuoteRequestSchema, quoteRequestToWire(request));
  assert.deepEqual(quoteRequestFromWire(wire.request), request);
});

test('a quote and a refusal come out as they went in, amounts exactly', () => {
  const quoted: QuoteResult = {
    kind: 'quoted',
    quote: {
      candidate: { provider: 'p', model: 'm', priceKey: 'c/m', priceVersion: 4 },
      multiplierBasisPoints: 15_000,
      boundNanoUsd: 9_007_199_254_740_993n,
      outputTokensBound: 100,
      lines: [{ unit: 'cached_input', quantity: 5, pricePicoUsd: 150_000n }],
      estimateNanoUsd: 1n,
    },
  };
  const refusal = { code: 'model_not_priced', message: 'No price.', retryAfterMs: undefined, param: 'model' } as const;
  for (const result of [quoted, { kind: 'refused', refusal } as const]) {
    assert.deepEqual(quoteFromWire(overTheWire(GetQuoteResponseSchema, quoteToWire(result))), result);
  }
  assert.throws(() => quoteFromWire(create(GetQuoteResponseSchema)), { code: 'internal_error' });
});
