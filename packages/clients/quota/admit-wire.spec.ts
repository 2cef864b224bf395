import assert from 'node:assert/strict';
import { fromJson } from '@bufbuild/protobuf';
import { AdmitRequestSchema, AdmitResponseSchema } from '#contracts/gen/gateway/quota/v1/quota_pb.js';
import type { AdmitRequest, AdmitResponse } from '#contracts/quota.ts';
import { Fault } from '#errors/fault.ts';
import { plainChat } from '#testkit/plain-chat.ts';
import { test } from '#testkit/test.ts';
import { admitRequestFromWire, admitRequestToWire, admitResponseFromWire, admitResponseToWire } from './admit-wire.ts';

const request: AdmitRequest = {
  requestId: 'r',
  userId: 'u',
  keyId: 'k',
  model: 'gpt "ü"',
  stream: true,
  candidates: [{ provider: 'p', model: 'm', priceKey: 'c/m' }],
  promptTokensBound: 7,
  promptTokensEstimate: 2,
  outputTokensRequested: 0,
  choices: 1,
  prompts: 7,
  ...plainChat,
};

const admitted: AdmitResponse = {
  result: {
    kind: 'admitted',
    durable: null,
    eventId: 'e',
    candidates: [{ provider: 'p', model: 'm', priceKey: 'c/m', priceVersion: 3 }],
    holdNanoUsd: 9_007_199_254_740_993n,
    outputTokensMax: 10,
    outputTokensBound: 20,
    multiplierBasisPoints: 15_000,
  },
  windows: [
    { unit: 'requests', limit: 5, remaining: 4, resetMs: 59_999 },
    { unit: 'tokens', limit: 10_000_000_000, remaining: 0, resetMs: 2_000_000_000 },
  ],
};

const place = { tier: 1, weight: 5, stage: 2, standsInFor: 'context_window', contextTokens: 128_000 } as const;

const routed: AdmitRequest = {
  ...request,
  candidates: [
    { provider: 'p', model: 'm', priceKey: 'c/m' },
    { provider: 'q', model: 'n', priceKey: 'c/n', ...place },
  ],
  routing: {
    ...{ routeId: 'r', strategy: 'lowest_cost', strategySource: 'request' },
    leftOut: [{ provider: 'far', model: 'm', reason: 'region' }],
    shadow: { provider: 's', model: 'm', priceKey: 'c/m' },
    ...{ mayBecomePaid: true, hasOwnFallbacks: true },
  },
};

const placed: AdmitResponse = {
  windows: [],
  result: {
    ...{ kind: 'admitted', durable: null, eventId: 'e' },
    candidates: [
      { provider: 'p', model: 'm', priceKey: 'c/m', priceVersion: 3, likelyCostNanoUsd: '9007199254740993' },
      { provider: 'q', model: 'n', priceKey: 'c/n', priceVersion: 1, likelyCostNanoUsd: '0', ...place },
    ],
    shadow: { provider: 's', model: 'm', priceKey: 'c/m', priceVersion: 2, likelyCostNanoUsd: '7' },
    ...{ holdNanoUsd: 1n, outputTokensMax: 10, outputTokensBound: 20, multiplierBasisPoints: 15_000 },
  },
};

test('a request and its answers come out as they went in', () => {
  const full: AdmitRequest = {
    ...request,
    operation: 'embed',
    format: 'openai-embeddings',
    otherUnits: ['audio_input', 'image_output'],
    counts: { search: 2, request: 1 },
    serviceTier: 'flex',
    extraTimeMs: 3_000_000,
    attribution: { tags: ['a', 'b'], metadata: { ticket: '7' }, sessionId: 's', agentId: 'g' },
  };
  for (const each of [request, { ...request, teamId: 't', traceparent: '00-1-2-01' }, full, routed]) {
    assert.deepEqual(admitRequestFromWire(admitRequestToWire(each)), each);
  }
  const refused: AdmitResponse = {
    result: { kind: 'refused', refusal: { code: 'quota_exceeded', message: 'no', param: 'n', retryAfterMs: 12 } },
    windows: [],
  };
  for (const response of [admitted, placed, refused]) {
    assert.deepEqual(admitResponseFromWire(admitResponseToWire(response)), response);
  }
});

test('a request of an ingress of an earlier version is one for chat with text alone', () => {
  const { operation, format, otherUnits, counts, serviceTier, attribution, ...earlier } = JSON.parse(
    admitRequestToWire(request),
  );
  assert.deepEqual([operation, format, otherUnits, counts, serviceTier], ['chat', 'openai-chat', [], [], '']);
  assert.deepEqual(attribution.tags, []);
  assert.deepEqual(admitRequestFromWire(JSON.stringify(earlier)), request);
});

test('what crosses is the JSON form of the protobuf messages', () => {
  assert.equal(fromJson(AdmitRequestSchema, JSON.parse(admitRequestToWire(request))).candidates[0]?.priceKey, 'c/m');
  const message = fromJson(AdmitResponseSchema, JSON.parse(admitResponseToWire(admitted)));
  assert.equal(message.result.case === 'admission' && message.result.value.holdNanoUsd, 9_007_199_254_740_993n);
});

test('a message that is not what it should be is refused, whatever it is', () => {
  const json: Record<string, unknown> = JSON.parse(admitRequestToWire(request));
  const broken = Object.keys(json)
    .filter((name) => name !== 'stream')
    .flatMap((name) => [-1, 1.5, null, [1]].map((value) => JSON.stringify({ ...json, [name]: value })));
  for (const text of ['', 'null', '[]', '"x"', '{', ...broken]) {
    assert.throws(() => admitRequestFromWire(text), Fault, text);
  }
  for (const text of ['', '{}', '{"refusal":{"code":"made_up","message":""}}', '{"admission":{"holdNanoUsd":"-1"}}']) {
    assert.throws(() => admitResponseFromWire(text), Fault, text);
  }
});
