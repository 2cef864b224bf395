import assert from 'node:assert/strict';
import type { Usage } from '#ai/usage.ts';
import { costBound } from '#money/cost-bound.ts';
import { readOwnPrice } from '#money/own-price.ts';
import { BASIS_POINTS, rate } from '#money/rate.ts';
import { textReach } from '#money/reach.ts';
import type { PriceTerms } from '#money/unit-prices.ts';
import { describe, test } from '#testkit/test.ts';
import { catalogueModels } from './catalogue-models.ts';

/** Models of the installed catalogue at this day's prices, with amounts that were computed by hand from the providers' own lists. */
const atMs = Date.parse('2026-11-28T00:00:00Z');
const multiplierBasisPoints = Number(BASIS_POINTS);

function priceOf(catalogueId: string, id: string): PriceTerms {
  const model = catalogueModels(catalogueId, atMs).find((each) => each.id === id);
  assert.ok(model, `${catalogueId}/${id}`);
  return model.price;
}

const cases: readonly (readonly [catalogue: string, model: string, usage: Usage, nanoUsd: bigint])[] = [
  // 200,000 at 1.25 and 100 at 10; above that, all of the request at 2.50 and 15, what was cached at 0.25.
  ['google', 'gemini-2.5-pro', { input: 200_000, output: 100 }, 250_000_000n + 1_000_000n],
  [
    'google',
    'gemini-2.5-pro',
    { input: 150_001, cached_input: 50_000, output: 100 },
    375_002_500n + 12_500_000n + 1_500_000n,
  ],
  // Below 272,000 at 2.50 and 15, from there on at 5 and 22.50.
  ['openai', 'gpt-5.4', { input: 271_999, output: 1_000 }, 679_997_500n + 15_000_000n],
  ['openai', 'gpt-5.4', { input: 272_000, output: 1_000 }, 1_360_000_000n + 22_500_000n],
  // Below 200,000 at 1.25 and 2.50, from there on at the double.
  ['x-ai', 'grok-4.20', { input: 199_999, reasoning: 10, output: 10 }, 249_998_750n + 50_000n],
  ['x-ai', 'grok-4.20', { input: 100_000, cached_input: 100_000, output: 10 }, 250_000_000n + 40_000_000n + 50_000n],
  // One price for all of its million tokens since March 2026: 5, 25, writes 6.25 and 10.
  [
    'anthropic',
    'claude-opus-4-6',
    { input: 500_000, cache_write: 1_000, cache_write_1h: 1_000, output: 100 },
    2_500_000_000n + 6_250_000n + 10_000_000n + 2_500_000n,
  ],
];

describe('a request of the catalogue costs what its provider lists', () => {
  for (const [catalogue, model, usage, nanoUsd] of cases) {
    test(`${catalogue}/${model}: ${JSON.stringify(usage)}`, () => {
      const price = priceOf(catalogue, model);
      assert.equal(rate(usage, price, { serviceTier: '', multiplierBasisPoints }).totalNanoUsd, nanoUsd);
    });
  }
});

test('a hold is that of the dearest band that the prompt can reach', () => {
  const price = priceOf('google', 'gemini-2.5-pro');
  const held = (promptTokensBound: number) =>
    costBound({ ...textReach, promptTokensBound, outputTokensBound: 1_000, price, multiplierBasisPoints });
  assert.equal(held(200_000), 250_000_000n + 10_000_000n);
  assert.equal(held(200_001), 500_002_500n + 15_000_000n);
});

test('the tier that an answer names prices it, by whichever name', () => {
  const price = readOwnPrice({
    prices: [
      { unit: 'input', usdPerMillion: '2' },
      { unit: 'output', usdPerMillion: '8' },
    ],
    bands: [],
    serviceTiers: [
      {
        serviceTier: 'priority',
        prices: [
          { unit: 'input', usdPerMillion: '4' },
          { unit: 'output', usdPerMillion: '16' },
        ],
        bands: [],
      },
      {
        serviceTier: 'flex',
        prices: [
          { unit: 'input', usdPerMillion: '1' },
          { unit: 'output', usdPerMillion: '4' },
        ],
        bands: [],
      },
    ],
  });
  const cost = (serviceTier: string) =>
    rate({ input: 1_000, output: 100 }, price, { serviceTier, multiplierBasisPoints }).totalNanoUsd;
  // OpenAI is asked for `fast` and answers `priority`; Groq's usual tier is `on_demand`; Anthropic's `standard`.
  const usual = ['', 'default', 'auto', 'standard', 'on_demand'].map(cost);
  assert.deepEqual(
    usual,
    usual.map(() => 2_800_000n),
  );
  assert.deepEqual(['priority', 'fast', 'flex'].map(cost), [5_600_000n, 5_600_000n, 1_400_000n]);
  const held = (serviceTier: string) =>
    costBound({
      ...textReach,
      serviceTier,
      promptTokensBound: 1_000,
      outputTokensBound: 100,
      price,
      multiplierBasisPoints,
    });
  assert.deepEqual(['auto', 'flex', 'priority'].map(held), [5_600_000n, 2_800_000n, 5_600_000n]);
});
