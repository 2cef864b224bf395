import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import type { ProviderConfig } from './config.ts';
import { buildModelTable, type ReadCatalogue } from './model-table.ts';

const readCatalogue: ReadCatalogue = (id) =>
  id === 'openai'
    ? [
        {
          id: 'gpt-4o',
          names: ['gpt-4o', 'gpt-4o-2024-08-06'],
          isSnapshot: (name) => /^gpt-4o-\d{4}-\d{2}-\d{2}$/.test(name),
        },
      ]
    : [];

const provider = (name: string, models?: readonly string[]): ProviderConfig => ({
  name,
  kind: 'openai',
  baseUrl: 'http://127.0.0.1:1/v1',
  apiKey: '',
  catalogue: 'openai',
  models,
});

test('a model goes to every provider that has it, in the order they are configured', () => {
  const table = buildModelTable([provider('b'), provider('a')], readCatalogue);
  assert.deepEqual(table.find('gpt-4o')?.candidates, [
    { provider: 'b', model: 'gpt-4o', priceKey: 'openai/gpt-4o' },
    { provider: 'a', model: 'gpt-4o', priceKey: 'openai/gpt-4o' },
  ]);
});

test("an alias keeps its own name towards the provider, and has its model's price", () => {
  const table = buildModelTable([provider('a')], readCatalogue);
  assert.deepEqual(table.find('gpt-4o-2024-08-06')?.candidates, [
    { provider: 'a', model: 'gpt-4o-2024-08-06', priceKey: 'openai/gpt-4o' },
  ]);
});

test('<provider>/<model> goes to that provider only, by the plain name, and is not listed', () => {
  const table = buildModelTable([provider('b'), provider('a')], readCatalogue);
  assert.deepEqual(table.find('a/gpt-4o')?.candidates, [{ provider: 'a', model: 'gpt-4o', priceKey: 'openai/gpt-4o' }]);
  assert.deepEqual(
    table.list().map((model) => model.id),
    ['gpt-4o', 'gpt-4o-2024-08-06'],
  );
});

test("a provider's explicit models replace the catalogue's, priced or not", () => {
  const table = buildModelTable([provider('a', ['gpt-4o', 'house-model', 'house-model'])], readCatalogue);
  assert.deepEqual(
    table.list().map((model) => [model.id, model.candidates]),
    [
      ['gpt-4o', [{ provider: 'a', model: 'gpt-4o', priceKey: 'openai/gpt-4o' }]],
      ['house-model', [{ provider: 'a', model: 'house-model', priceKey: 'openai/house-model' }]],
    ],
  );
});

test('a name nobody has is not found', () => {
  const table = buildModelTable([provider('a')], readCatalogue);
  for (const name of ['gpt-5', 'c/gpt-4o', '', 'constructor', '__proto__']) assert.equal(table.find(name), undefined);
});

test('a dated snapshot goes on under its own name, has the price and here the name of its model, and is not listed', () => {
  const table = buildModelTable([provider('b'), provider('a')], readCatalogue);
  const model = table.find('gpt-4o-2025-01-31');
  assert.equal(model?.id, 'gpt-4o');
  assert.equal(model?.createdAtS, Date.parse('2025-01-31') / 1_000);
  assert.deepEqual(
    model?.candidates.map((candidate) => [candidate.provider, candidate.model, candidate.priceKey]),
    [
      ['b', 'gpt-4o-2025-01-31', 'openai/gpt-4o'],
      ['a', 'gpt-4o-2025-01-31', 'openai/gpt-4o'],
    ],
  );
  assert.deepEqual(
    table.find('a/gpt-4o-2025-01-31')?.candidates.map((candidate) => candidate.provider),
    ['a'],
  );
  assert.equal(table.list().length, 2);
});
