import assert from 'node:assert/strict';
import {
  CompleteRequestSchema,
  CompleteResponseSchema,
  CountTokensRequestSchema,
} from '#contracts/gen/gateway/router/v1/router_pb.js';
import type { CompleteFrame, CompleteRequest, CountTokensRequest } from '#contracts/router.ts';
import { plainPlan, type RoutingPlan } from '#contracts/routing.ts';
import { Fault } from '#errors/fault.ts';
import { overTheWire } from '#testkit/over-the-wire.ts';
import { test } from '#testkit/test.ts';
import {
  completeRequestFromWire,
  completeRequestToWire,
  countRequestFromWire,
  countRequestToWire,
  frameFromWire,
  frameToWire,
} from './complete-wire.ts';

const parsedBody = { model: 'gpt "ü"', messages: [] };
const request: CompleteRequest = {
  requestId: 'r',
  userId: 'u',
  body: Buffer.from(JSON.stringify(parsedBody)),
  parsedBody,
  stream: true,
  candidates: [{ provider: 'p', model: 'm', priceKey: 'p/m', priceVersion: 3 }],
  outputTokensMax: 1,
  promptTokensBound: 2,
  outputTokensBound: 3,
  admissionEventId: 'a',
  operation: 'embed',
  format: 'openai-embeddings',
  headers: { 'anthropic-beta': 'x' },
  dropsUnplaced: true,
  tellsCost: true,
  multiplierBasisPoints: 15_000,
  counts: { search: 5 },
  paysOnlyWhole: true,
  extraTimeMs: 3_000_000,
};

const sent = (changed: CompleteRequest) =>
  completeRequestFromWire(overTheWire(CompleteRequestSchema, completeRequestToWire(changed, false)));

const place = { tier: 1, weight: 5, stage: 2, standsInFor: 'content_policy', contextTokens: 128_000 } as const;
const priced = { provider: 'p', model: 'm', priceKey: 'p/m', priceVersion: 3 };
const plan: RoutingPlan = {
  ...{ strategy: 'sticky', strategySource: 'team', routeId: 'r', stickyKey: 'k', mustStick: true },
  ...{ timeoutMs: 1_000, attemptsMax: 2, hedgeAfterMs: 300, priority: 'low', promptTokensEstimate: 9 },
  isTimeoutClients: true,
  shadow: { ...priced, likelyCostNanoUsd: '12' },
};

test('an admitted request comes out as it went in, its body parsed anew', () => {
  assert.deepEqual(sent(request), request);
  const routed: CompleteRequest = {
    ...request,
    candidates: [priced, { ...priced, ...place, likelyCostNanoUsd: '0' }],
    plan,
  };
  assert.deepEqual(sent(routed), routed);
  assert.deepEqual(sent({ ...request, plan: plainPlan }).plan, plainPlan);
});

test('a request of an ingress that knows no other format is a chat completion', () => {
  const wire = completeRequestToWire(request, false);
  const old = overTheWire(CompleteRequestSchema, { ...wire, operation: '', format: '' });
  const { operation, format } = completeRequestFromWire(old);
  assert.deepEqual([operation, format], ['chat', 'openai-chat']);
  for (const unknown of [{ operation: 'sing' }, { format: 'esperanto' }]) {
    assert.throws(() => completeRequestFromWire(overTheWire(CompleteRequestSchema, { ...wire, ...unknown })), Fault);
  }
});

test('a request that was never admitted is refused', () => {
  for (const change of [{ requestId: '' }, { candidates: [] }, { body: Buffer.from('[') }]) {
    assert.throws(() => sent({ ...request, ...change }), Fault, JSON.stringify(change));
  }
});

test('a prompt to be counted comes out as it went in, and one that is none is refused', () => {
  const { requestId, body, headers } = request;
  const counting = {
    requestId,
    format: 'anthropic-messages',
    headers,
    body,
    parsedBody,
    candidates: [{ provider: 'p', model: 'm', priceKey: 'p/m' }],
  } as const;
  const crossed = (changed: CountTokensRequest) =>
    countRequestFromWire(overTheWire(CountTokensRequestSchema, countRequestToWire(changed)));
  assert.deepEqual(crossed(counting), counting);
  assert.throws(() => crossed({ ...counting, body: Buffer.from('[]') }), Fault);
});

test('every kind of frame comes out as it went in', () => {
  const head = {
    kind: 'head',
    status: 200,
    contentType: 'text/event-stream',
    provider: 'p',
    model: 'm',
    attempts: 1,
    dropped: [],
    headers: {},
  } as const;
  const none = { param: undefined, retryAfterMs: undefined, providerBody: null, providerStatus: 0 };
  const frames: CompleteFrame[] = [
    { ...head, costNanoUsd: undefined },
    { ...head, attempts: 2, dropped: ['n'], headers: { a: 'b' }, costNanoUsd: 0n },
    { kind: 'data', data: Buffer.from('{"a":1}') },
    {
      kind: 'end',
      summary: {
        provider: 'p',
        model: 'm',
        inputTokens: 2 ** 40,
        outputTokens: 2,
        estimated: true,
        costNanoUsd: 2n ** 60n,
      },
    },
    { kind: 'failure', failure: { ...none, code: 'unavailable', message: 'No.' } },
    {
      kind: 'failure',
      failure: {
        code: 'upstream_refused',
        message: 'No.',
        param: 'n',
        retryAfterMs: 12,
        providerBody: Buffer.from('{}'),
        providerStatus: 400,
      },
    },
  ];
  for (const frame of frames) {
    assert.deepEqual(frameFromWire(overTheWire(CompleteResponseSchema, frameToWire(frame))), frame);
  }
});

test('a code that this version does not know is an internal error, and a frame it does not know is none', () => {
  const value = { code: 'made_up', message: 'No.' };
  const frame = frameFromWire(overTheWire(CompleteResponseSchema, { frame: { case: 'failure', value } }));
  assert.equal(frame?.kind === 'failure' && frame.failure.code, 'internal_error');
  assert.equal(frameFromWire(overTheWire(CompleteResponseSchema, {})), undefined);
});
