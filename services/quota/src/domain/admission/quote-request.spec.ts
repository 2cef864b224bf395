import assert from 'node:assert/strict';
import type { GatewayEvent } from '#contracts/events.ts';
import type { AdmitRequest, Quote } from '#contracts/quota.ts';
import { credited, keyCreated, pricePublished, userCreated } from '#testkit/events.ts';
import { plainChat } from '#testkit/plain-chat.ts';
import { resourceSet } from '#testkit/policy-events.ts';
import { test } from '#testkit/test.ts';
import { decisionState } from '../../memory/decision-state.ts';
import { accepted, rules, worldOf } from '../../memory/testing.ts';
import { quoteRequest } from './quote-request.ts';

const NOW = 1_000_000;

const request: AdmitRequest = {
  requestId: 'r',
  userId: 'u',
  keyId: 'k',
  model: 'gpt',
  stream: false,
  candidates: [
    { provider: 'p', model: 'm', priceKey: 'c/m' },
    { provider: 'dear', model: 'm', priceKey: 'c/dear' },
  ],
  promptTokensBound: 1_000,
  promptTokensEstimate: 250,
  outputTokensRequested: 100,
  choices: 3,
  ...plainChat,
};

const policy: readonly GatewayEvent[] = [
  userCreated({ userId: 'u' }),
  keyCreated({ keyId: 'k', userId: 'u' }),
  resourceSet('settings', { id: 'default', multiplier: '1.5' }),
];
const prices = [
  pricePublished('c/m', { inputPicoUsd: 2_000 }),
  pricePublished('c/dear', { inputPicoUsd: 4_000, outputPicoUsd: 7_000 }),
];

function quoted(events: readonly GatewayEvent[], asked: AdmitRequest): Quote {
  const result = quoteRequest(asked, decisionState(worldOf(events).memory.sources, asked, NOW), rules);
  if (result.kind === 'refused') throw new Error(result.refusal.message);
  return result.quote;
}

test('the bound is what an admission sets aside, where the client names a bound and where it names none', () => {
  const events = [...policy, credited('u', 10n ** 12n), ...prices];
  for (const outputTokensRequested of [100, 0]) {
    const asked = { ...request, outputTokensRequested };
    const { boundNanoUsd, outputTokensBound } = quoted(events, asked);
    const hold = accepted(worldOf(events).decide(asked, NOW));
    assert.deepEqual([boundNanoUsd, outputTokensBound], [hold.holdNanoUsd, hold.outputTokensBound]);
  }
});

test('the estimate is the likely use at the prices of the candidate that is tried first, times what the payer pays', () => {
  const quote = quoted([...policy, ...prices], request);
  assert.deepEqual(quote, {
    candidate: { provider: 'p', model: 'm', priceKey: 'c/m', priceVersion: 1 },
    multiplierBasisPoints: 15_000,
    boundNanoUsd: ((1_000n * 4_000n + 300n * 7_000n) * 15n) / 10_000n,
    outputTokensBound: 300,
    lines: [
      { unit: 'input', quantity: 250, pricePicoUsd: 2_000n },
      { unit: 'output', quantity: 300, pricePicoUsd: 1_000n },
    ],
    estimateNanoUsd: 1_200n,
  });
});

test('a user without money is told what it would cost, and vectors cost no output', () => {
  const asked: AdmitRequest = { ...request, operation: 'embed', format: 'openai-embeddings', outputTokensRequested: 0 };
  const { boundNanoUsd, outputTokensBound, lines } = quoted([...policy, ...prices], { ...asked, choices: 1 });
  assert.deepEqual([boundNanoUsd, outputTokensBound, lines.length], [6_000n, 0, 1]);
});

test('what has no price, and who may not ask, is refused as an admission would be', () => {
  const refusalOf = (events: readonly GatewayEvent[], asked = request) => {
    const world = worldOf(events);
    const quote = quoteRequest(asked, decisionState(world.memory.sources, asked, NOW), rules);
    const decision = world.decide(asked, NOW);
    assert.ok(quote.kind === 'refused' && decision.kind === 'refused');
    assert.deepEqual(quote.refusal, decision.refusal);
    return quote.refusal.code;
  };
  assert.equal(refusalOf(policy), 'model_not_priced');
  assert.equal(refusalOf([...policy, ...prices], { ...request, otherUnits: ['audio_input'] }), 'feature_not_priced');
  assert.equal(refusalOf(prices), 'invalid_api_key');
  assert.equal(refusalOf([...policy, ...prices], { ...request, choices: 0 }), 'invalid_request');
});
