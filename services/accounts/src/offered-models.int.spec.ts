import assert from 'node:assert/strict';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  ListOfferedModelsRequestSchema,
  ListOfferedModelsResponseSchema,
  ListPriceBookRequestSchema,
  ListPriceBookResponseSchema,
} from '#contracts/gen/gateway/admin/v1/admin_pb.js';
import { ModelTargetSchema, UnitPriceSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { type AccountsUnderTest, callsOf, owner, startAccounts } from './testing.ts';

const NOW_MS = Date.parse('2026-11-28T00:00:00Z');

let running: AccountsUnderTest;

beforeAll(async () => {
  running = await startAccounts(createMemoryJournal(), { clock: () => NOW_MS });
  const calls = callsOf(running.accounts.admin);
  const house = { id: 'house', kind: 'openai', baseUrl: 'http://10.0.0.5/v1', models: ['Llama', 'mystery'] };
  await calls.update('provider', house);
  await calls.update('provider', { id: 'cloud', kind: 'openai', baseUrl: 'http://10.0.0.6/v1', catalogue: 'openai' });
  await calls.update('model', {
    id: 'tiny',
    targets: [create(ModelTargetSchema, { provider: 'house', model: 'Llama' })],
  });
  await calls.update('model', { id: 'llama-old', status: 'disabled' });
  await calls.update('alias', { id: 'quick', models: ['tiny'] });
  const unit = (name: string, usdPerMillion: string) => create(UnitPriceSchema, { unit: name, usdPerMillion });
  await calls.update('price', { id: 'house/Llama', prices: [unit('input', '0.05'), unit('output', '0.4')] });
  const later = { id: 'openai/gpt-4o-mini', prices: [unit('input', '9')], effectiveAt: '2027-01-01T00:00:00Z' };
  await calls.update('price', later);
});

afterAll(() => running.stop());

async function offered(asked: MessageInitShape<typeof ListOfferedModelsRequestSchema>) {
  const request = create(ListOfferedModelsRequestSchema, asked);
  return create(ListOfferedModelsResponseSchema, await running.accounts.admin.listOfferedModels(request, owner));
}

async function book(asked: MessageInitShape<typeof ListPriceBookRequestSchema>) {
  const request = create(ListPriceBookRequestSchema, asked);
  return create(ListPriceBookResponseSchema, await running.accounts.admin.listPriceBook(request, owner));
}

test('what is offered has names of providers, models and aliases, where each goes, and what has no price', async () => {
  const { models } = await offered({ provider: 'house' });
  assert.deepEqual(
    models.map(({ id, definedBy, priced }) => [id, definedBy, priced]),
    [
      ['Llama', 'provider', true],
      ['mystery', 'provider', false],
      ['quick', 'alias', true],
      ['tiny', 'model', true],
    ],
  );
  assert.partialDeepStrictEqual(models[2]?.candidates[0], {
    provider: 'house',
    model: 'Llama',
    priceId: 'house/Llama',
  });
  assert.deepEqual(
    (await offered({ provider: 'house', pricing: 'unpriced' })).models.map(({ id }) => id),
    ['mystery'],
  );
});

test('what is offered is searched in any case, and paged by names', async () => {
  const { models } = await offered({ search: 'LLAMA', provider: 'house' });
  assert.deepEqual(
    models.map(({ id }) => id),
    ['Llama'],
  );
  const first = await offered({ provider: 'house', limit: 2 });
  assert.equal(first.hasMore, true);
  const rest = await offered({ provider: 'house', limit: 2, after: first.models[1]?.id ?? '' });
  assert.deepEqual(
    rest.models.map(({ id }) => id),
    ['quick', 'tiny'],
  );
  assert.equal(rest.hasMore, false);
});

test('what the catalogue knows of a model is told', async () => {
  const [model] = (await offered({ search: 'gpt-4o-mini', provider: 'cloud' })).models;
  assert.partialDeepStrictEqual(model, { id: 'gpt-4o-mini', contextTokens: 128_000 });
  assert.ok(model?.capabilities.includes('tools'));
});

test("the price book has the operator's own prices, and those of catalogues for the rest", async () => {
  const own = await book({ kind: 'own' });
  assert.deepEqual(
    own.prices.map(({ id, own: isOwn, holdsFrom }) => [id, isOwn, holdsFrom]),
    [
      ['house/Llama', true, ''],
      ['openai/gpt-4o-mini', true, '2027-01-01T00:00:00Z'],
    ],
  );
  assert.equal(own.prices[0]?.prices[1]?.usdPerMillion, '0.4');
  const found = await book({ search: 'OPENAI/gpt-4o', limit: 1_000 });
  const ids = found.prices.map(({ id }) => id);
  assert.equal(ids.filter((id) => id === 'openai/gpt-4o-mini').length, 1);
  const catalogued = found.prices.find(({ id }) => id === 'openai/gpt-4o');
  assert.equal(catalogued?.own, false);
  assert.match(catalogued?.source ?? '', /genai-prices@/);
  assert.deepEqual(catalogued?.prices.find(({ unit }) => unit === 'input')?.usdPerMillion, '2.5');
  assert.ok((await book({ kind: 'catalogue', limit: 1_000 })).prices.every(({ own: isOwn }) => !isOwn));
});
