import assert from 'node:assert/strict';
import type { Price } from '#money/price.ts';
import { priceFromEvent } from '#money/price.ts';
import { pricePublished } from '#testkit/events.ts';
import { test } from '#testkit/test.ts';
import { chooseModel, type Offer } from './choose-model.ts';

const prices = new Map<string, Price>(
  [
    ['openai/dear', 10_000_000, 30_000_000] as const,
    ['openai/cheap', 100_000, 400_000] as const,
    ['openai/embedding', 20_000, 0] as const,
    ['two/cheap', 1_000_000, 1_000_000] as const,
  ].map(([key, inputPicoUsd, outputPicoUsd]) => [
    key,
    priceFromEvent(pricePublished(key, { inputPicoUsd, outputPicoUsd }).data, 1),
  ]),
);
const offer: Offer = {
  models: ['dear', 'unpriced', 'cheap', 'embedding'].map((id) => ({ id, ownedBy: 'mine' })),
  providers: [{ id: 'mine', catalogue: 'openai', status: 'active' }],
  priceOf: async (priceKey) => prices.get(priceKey),
};

test('the cheapest model that has a price for what it completes is chosen', async () => {
  assert.deepEqual(await chooseModel(offer, undefined), {
    model: 'cheap',
    // 1,000 x 0.1 + 64 x 0.4 USD a million, in nano-USD.
    requestNanoUsdMax: 125_600n,
    isSimulated: false,
  });
});

test('a model that is asked for is taken, priced or not', async () => {
  assert.equal((await chooseModel(offer, 'dear'))?.requestNanoUsdMax, 11_920_000n);
  const unpriced = { model: 'unpriced', requestNanoUsdMax: undefined, isSimulated: false };
  assert.deepEqual(await chooseModel(offer, 'unpriced'), unpriced);
});

test('a model that several providers have costs at most what the dearest takes', async () => {
  const both = { ...offer, providers: [...offer.providers, { id: 'two', catalogue: '', status: 'active' }] };
  assert.equal((await chooseModel(both, 'cheap'))?.requestNanoUsdMax, 1_064_000n);
});

test('only where no real provider can answer is the money nobody’s', async () => {
  const simulator = { id: 'simulator-openai', catalogue: 'openai', status: 'active' };
  const isSimulated = async (providers: Offer['providers']) => {
    const models = offer.models.map(({ id }) => ({ id, ownedBy: simulator.id }));
    return (await chooseModel({ ...offer, models, providers }, undefined))?.isSimulated;
  };
  assert.equal(await isSimulated([simulator]), true);
  assert.equal(await isSimulated([simulator, ...offer.providers]), false);
  assert.equal(await isSimulated([simulator, { id: 'openai', catalogue: '', status: 'disabled' }]), true);
});

test('without a price there is nothing to choose', async () => {
  assert.equal(await chooseModel({ ...offer, priceOf: async () => undefined }, undefined), undefined);
});
