import assert from 'node:assert/strict';
import { shadowRecorded } from '#testkit/events.ts';
import { examplePrice } from '#testkit/example-price.ts';
import { test } from '#testkit/test.ts';
import { decideShadowCost } from './decide-shadow-cost.ts';

const price = examplePrice('anthropic/claude', 1, 3_000n, 15_000n);
const findPrice = (key: string, version: number) =>
  key === price.priceKey && version === price.version ? price : undefined;
const shadow = shadowRecorded({ requestId: 'r1', usage: { input: 10, output: 5 } }).data;

test('a copy costs what its target’s pinned price makes of it, times 1, between two accounts of the house', () => {
  assert.deepEqual(decideShadowCost(shadow, findPrice), {
    kind: 'post',
    posted: {
      requestId: 'r1',
      routeId: 'route-1',
      cost: {
        attempt: 0,
        provider: 'second',
        model: 'claude',
        priceKey: 'anthropic/claude',
        priceVersion: 1,
        lines: [
          { unit: 'input', quantity: 10, pricePicoUsd: '3000' },
          { unit: 'output', quantity: 5, pricePicoUsd: '15000' },
        ],
        amountNanoUsd: '105',
        estimated: false,
      },
      postings: [
        { account: 'house_shadow', amountNanoUsd: '-105' },
        { account: 'provider_costs', amountNanoUsd: '105' },
      ],
      postedAtMs: '1600',
      answeredProvider: 'first',
      answeredModel: 'gpt-4o-mini',
    },
  });
});

test('a copy that used nothing costs nothing, also where its price is not at hand', () => {
  const nothing = decideShadowCost({ ...shadow, quantities: [] }, () => undefined);
  assert.ok(nothing.kind === 'post');
  assert.deepEqual([nothing.posted.cost.amountNanoUsd, nothing.posted.postings], ['0', []]);
});

test('a copy is rated at no other price version, and no unit is guessed at', () => {
  const other = { ...shadow, candidate: { ...shadow.candidate, priceVersion: 2 } };
  assert.deepEqual(decideShadowCost(other, findPrice), {
    kind: 'price-unknown',
    priceKey: 'anthropic/claude',
    priceVersion: 2,
  });
  assert.equal(
    decideShadowCost({ ...shadow, quantities: [{ unit: 'thought', quantity: 1 }] }, findPrice).kind,
    'unratable',
  );
});
