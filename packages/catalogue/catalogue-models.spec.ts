import assert from 'node:assert/strict';
import { unitPrice } from '#money/unit-prices.ts';
import { test } from '#testkit/test.ts';
import { catalogueModels, catalogueSource, skippedModels } from './catalogue-models.ts';
import { convertPrice } from './convert-price.ts';

const atMs = Date.parse('2026-11-01T00:00:00Z');
const known = ['openai', 'anthropic', 'google', 'deepseek', 'groq', 'mistral', 'openrouter', 'x-ai'];

function find(catalogueId: string, id: string, whenMs = atMs) {
  const model = catalogueModels(catalogueId, whenMs).find((candidate) => candidate.id === id);
  assert.ok(model, `${catalogueId} has no ${id}`);
  return model;
}

test('a model is priced in whole pico-dollars per token, kinds without a price of their own by what they are a kind of', () => {
  const { price, names } = find('openai', 'gpt-4o-mini');
  assert.deepEqual(price, {
    prices: { input: 150_000n, cached_input: 75_000n, output: 600_000n, search: 10n ** 10n },
    bands: [],
    serviceTiers: [],
  });
  assert.equal(unitPrice(price.prices, 'cache_write_1h'), 150_000n);
  assert.equal(unitPrice(price.prices, 'reasoning'), 600_000n);
  assert.ok(names.includes('gpt-4o-mini-2024-07-18'));
});

test('an Anthropic model has its prices for short and long cache writes', () => {
  const { prices } = find('anthropic', 'claude-haiku-4-5').price;
  assert.equal(prices.input, 1_000_000n);
  assert.equal(prices.cache_write, 1_250_000n);
  assert.equal(prices.cache_write_1h, 2_000_000n);
});

test('a model with prices by prompt size has them as bands', () => {
  const { price } = find('google', 'gemini-2.5-pro');
  assert.equal(price.prices.input, 1_250_000n);
  assert.deepEqual(
    price.bands.map((band) => [band.abovePromptTokens, band.prices.input, band.prices.output]),
    [[200_000, 2_500_000n, 15_000_000n]],
  );
});

test('every model of every known catalogue is either priced or skipped with a reason', () => {
  for (const catalogueId of known) {
    const models = catalogueModels(catalogueId, atMs);
    assert.ok(models.length > 0, catalogueId);
    for (const { id, names, price, contextTokens } of models) {
      assert.ok(names.includes(id));
      assert.ok(Number.isSafeInteger(contextTokens) && contextTokens >= 0);
      for (const prices of [price.prices, ...price.bands.map((band) => band.prices)]) {
        assert.ok(Object.values(prices).every((picoUsd) => typeof picoUsd === 'bigint' && picoUsd >= 0n));
      }
    }
    for (const { reason } of skippedModels(catalogueId, atMs)) assert.notEqual(reason, '');
  }
});

test('an id is listed once, and a name means one model only', () => {
  for (const catalogueId of known) {
    const ids = catalogueModels(catalogueId, atMs).map((model) => model.id);
    assert.equal(new Set(ids).size, ids.length, catalogueId);
    const names = catalogueModels(catalogueId, atMs).flatMap((model) => model.names);
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
      catalogueId,
    );
  }
});

test('a price that is no whole number of pico-dollars is refused', () => {
  const skipped = skippedModels('openrouter', atMs).find((model) => model.id === 'google/gemini-2.5-flash-lite');
  assert.match(skipped?.reason ?? '', /0\.08333333333333334/);
});

test('models that answer with neither text nor vectors, or cost what no unit counts, are skipped', () => {
  const skipped = new Map(
    ['openai', 'perplexity'].flatMap((id) => skippedModels(id, atMs).map((m) => [m.id, m.reason])),
  );
  for (const id of ['sonar-pro', 'gpt-4o-audio-preview', 'gpt-4o-mini-tts', 'ft:gpt-4o', 'davinci'])
    assert.ok(skipped.has(id), id);
});

test('a model of vectors has a price for its input and none for output, and no name of a model that answers', () => {
  const { price, names } = find('openai', 'text-embedding-3-small');
  assert.deepEqual(price, { prices: { input: 20_000n }, bands: [], serviceTiers: [] });
  assert.ok(names.includes('text-embedding-3-small'));
  assert.deepEqual(Object.keys(find('voyageai', 'voyage-4').price.prices), ['input']);
});

test('a model that speaks has prices for its sound, and where it has none it is no model', () => {
  const { prices } = find('openai', 'gpt-audio').price;
  assert.deepEqual(
    [prices.input, prices.audio_input, prices.output, prices.audio_output].map((picoUsd) => typeof picoUsd),
    Array(4).fill('bigint'),
  );
  assert.ok((prices.audio_output ?? 0n) > (prices.output ?? 0n));
  const skipped = skippedModels('openai', atMs).find(({ id }) => id === 'gpt-4o-audio-preview');
  assert.match(skipped?.reason ?? '', /sound/);
});

test('a price by the thousand is exact for one', () => {
  const prices = { input_mtok: 1, output_mtok: 1, web_searches_kcount: 10, requests_kcount: 5.5 };
  const conversion = convertPrice(prices, atMs);
  assert.ok('price' in conversion);
  // 10 USD for a thousand searches: a cent each, which is 10^10 pico-USD.
  assert.deepEqual([conversion.price.prices.search, conversion.price.prices.request], [10n ** 10n, 5_500_000_000n]);
});

test('an unknown catalogue has no models', () => {
  assert.deepEqual(catalogueModels('no-such-provider', atMs), []);
});

test('the source names the package and its version', () => {
  assert.match(catalogueSource, /^@pydantic\/genai-prices@\d+\.\d+\.\d+$/);
});

test('a name whose model is charged by the call as well is no name of a model that is charged by tokens', () => {
  const byTheCall = /-search|-research|-online|sonar|realtime|-live-/;
  for (const catalogueId of [...known, 'perplexity']) {
    const models = catalogueModels(catalogueId, atMs);
    assert.deepEqual(
      models.flatMap(({ names }) => names).filter((name) => byTheCall.test(name)),
      [],
    );
    assert.ok(!models.some(({ isSnapshot }) => isSnapshot('gpt-4o-mini-search-preview-2025-03-11')));
  }
  assert.ok(find('openai', 'gpt-4o-mini').names.length > 1);
  const skipped = skippedModels('openai', atMs).find(({ id }) => id === 'gpt-4o-search-preview');
  assert.equal(skipped?.reason, 'searches the web, which is charged by the call');
});

test('a prefix of a family’s names is not a name of a model', () => {
  for (const catalogueId of known) {
    for (const { names } of catalogueModels(catalogueId, atMs)) {
      for (const name of names) assert.match(name, /[A-Za-z0-9]$/, name);
    }
  }
  const skipped = skippedModels('openai', atMs).find(({ id }) => id === 'gpt-4o-mini-2024-07-18.ft-');
  assert.equal(skipped?.reason, 'is a prefix of names, not a name');
});
