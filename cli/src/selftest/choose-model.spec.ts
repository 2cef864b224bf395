import assert from 'node:assert/strict';
import type { Price } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { test } from '#testkit/test.ts';
import { chooseModel, type Offer } from './choose-model.ts';

const price = (id: string, input: string, output: string): Pick<Price, 'id' | 'prices'> => ({
  id,
  prices: [
    { $typeName: 'gateway.admin.v1.UnitPrice', unit: 'input', usdPerMillion: input },
    { $typeName: 'gateway.admin.v1.UnitPrice', unit: 'output', usdPerMillion: output },
  ],
});
const offer: Offer = {
  models: ['dear', 'unpriced', 'cheap', 'elsewhere'],
  prices: [price('openai/dear', '10', '30'), price('openai/cheap', '0.1', '0.4'), price('other/elsewhere', '0', '0')],
  providers: [{ id: 'mine', catalogue: 'openai', status: 'active' }],
};

test('the cheapest model that a provider here has a price for is chosen', () => {
  assert.deepEqual(chooseModel(offer, undefined), {
    model: 'cheap',
    // 1,000 x 0.1 + 64 x 0.4 USD a million, in nano-USD.
    requestNanoUsdMax: 125_600n,
    isSimulated: false,
  });
});

test('a model that is asked for is taken, priced or not', () => {
  assert.equal(chooseModel(offer, 'dear')?.requestNanoUsdMax, 11_920_000n);
  assert.deepEqual(chooseModel(offer, 'unpriced'), {
    model: 'unpriced',
    requestNanoUsdMax: undefined,
    isSimulated: false,
  });
});

test('a model that several providers have costs at most what the dearest takes', () => {
  const both = { ...offer, providers: [...offer.providers, { id: 'two', catalogue: '', status: 'active' }] };
  const prices = [...offer.prices, price('two/cheap', '1', '1')];
  assert.equal(chooseModel({ ...both, prices }, 'cheap')?.requestNanoUsdMax, 1_064_000n);
});

test('only where no real provider can answer is the money nobody’s', () => {
  const simulator = { id: 'simulator-openai', catalogue: 'openai', status: 'active' };
  const simulated = (providers: Offer['providers']) => chooseModel({ ...offer, providers }, undefined)?.isSimulated;
  assert.equal(simulated([simulator]), true);
  assert.equal(simulated([simulator, ...offer.providers]), false);
  assert.equal(simulated([simulator, { id: 'openai', catalogue: '', status: 'disabled' }]), true);
});

test('without a price there is nothing to choose', () => {
  assert.equal(chooseModel({ ...offer, prices: [] }, undefined), undefined);
});
