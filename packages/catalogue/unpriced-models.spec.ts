import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { unpricedModels } from './unpriced-models.ts';

const readCatalogue = (id: string) => (id === 'openai' ? [{ id: 'gpt-4o', names: ['gpt-4o', 'gpt-4o-latest'] }] : []);
const isPriced = (priceKey: string) => priceKey === 'openai/gpt-4o';

test('a model without a price is named with the price to add', () => {
  const providers = [
    { name: 'a', catalogue: 'openai', models: ['gpt-4o-latest', 'house'] },
    { name: 'b', catalogue: 'openai' },
  ];
  assert.deepEqual(unpricedModels(providers, readCatalogue, isPriced), [
    'model house of provider a has no price and is refused: give openai/house a price, or take the model out',
  ]);
});

test('a provider that has no models at all is named', () => {
  assert.match(
    unpricedModels([{ name: 'c', catalogue: 'opnai' }], readCatalogue, isPriced).join(),
    /^provider c has no models: the catalogue has no "opnai"/,
  );
});
