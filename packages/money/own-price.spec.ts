import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { readOwnPrice } from './own-price.ts';

const unit = (name: string, usdPerMillion: string) => ({ unit: name, usdPerMillion });
const plain = { bands: [], serviceTiers: [] };

test('a band has what is stated of it and else what holds below it', () => {
  const price = readOwnPrice({
    prices: [unit('input', '3'), unit('output', '15'), unit('cache_write', '3.75')],
    bands: [
      { abovePromptTokens: 300_000, prices: [unit('input', '9')] },
      { abovePromptTokens: 200_000, prices: [unit('input', '6'), unit('output', '22.5')] },
    ],
    serviceTiers: [],
  });
  assert.deepEqual(price, {
    prices: { input: 3_000_000n, output: 15_000_000n, cache_write: 3_750_000n },
    bands: [
      { abovePromptTokens: 200_000, prices: { input: 6_000_000n, output: 22_500_000n, cache_write: 3_750_000n } },
      { abovePromptTokens: 300_000, prices: { input: 9_000_000n, output: 15_000_000n, cache_write: 3_750_000n } },
    ],
    serviceTiers: [],
  });
});

describe('a tier of service', () => {
  const prices = [unit('input', '2'), unit('output', '8'), unit('search', '10000')];
  const bands = [{ abovePromptTokens: 100, prices: [unit('input', '3')] }];

  test('has what is stated of it, and else the usual prices', () => {
    const flex = { serviceTier: 'flex', prices: [unit('input', '1')], bands: [] };
    assert.deepEqual(readOwnPrice({ prices, bands: [], serviceTiers: [flex] }).serviceTiers, [
      { serviceTier: 'flex', prices: { input: 1_000_000n, output: 8_000_000n, search: 10_000_000_000n }, bands: [] },
    ]);
  });

  test('is in a usual band no cheaper than below it, and in a band of its own what is stated', () => {
    const priority = { serviceTier: 'priority', prices: [unit('input', '4'), unit('output', '9')], bands: [] };
    const flex = {
      serviceTier: 'flex',
      prices: [unit('input', '1')],
      bands: [{ abovePromptTokens: 200, prices: [unit('input', '1.5')] }],
    };
    const [first, second] = readOwnPrice({ prices, bands, serviceTiers: [priority, flex] }).serviceTiers;
    assert.deepEqual(
      first?.bands.map((band) => [band.abovePromptTokens, band.prices.input, band.prices.output]),
      [[100, 4_000_000n, 9_000_000n]],
    );
    assert.deepEqual(
      second?.bands.map((band) => [band.abovePromptTokens, band.prices.input, band.prices.output]),
      [
        [100, 3_000_000n, 8_000_000n],
        [200, 1_500_000n, 8_000_000n],
      ],
    );
  });

  test('has a name, and one only', () => {
    const flex = { serviceTier: 'flex', prices: [unit('input', '1')], bands: [] };
    assert.throws(() => readOwnPrice({ prices, bands: [], serviceTiers: [flex, flex] }), /different names: "flex"/);
    assert.throws(() => readOwnPrice({ prices, bands: [], serviceTiers: [{ ...flex, serviceTier: '' }] }), /names/);
  });
});

test('a price that is free is free, and one that is missing is none', () => {
  assert.equal(readOwnPrice({ ...plain, prices: [unit('input', '0'), unit('output', '0')] }).prices.output, 0n);
  assert.equal(readOwnPrice({ ...plain, prices: [unit('input', '1')] }).prices.output, undefined, 'vectors have none');
  for (const [prices, message] of [
    [[unit('output', '1')], /no price for input/],
    [[], /no price/],
    [[unit('input', '0.0000001'), unit('output', '1')], /6 decimals/],
    [[unit('input', '-1'), unit('output', '1')], /decimal/],
    [[unit('input', '1'), unit('input', '1'), unit('output', '1')], /twice/],
    [[unit('input', '1'), unit('output', '1'), unit('pages', '1')], /no unit/],
  ] as const) {
    assert.throws(() => readOwnPrice({ ...plain, prices }), message);
  }
});

test('two bands above the same number of tokens are refused', () => {
  const prices = [unit('input', '1'), unit('output', '1')];
  const bands = [7, 7].map((abovePromptTokens) => ({ abovePromptTokens, prices }));
  assert.throws(() => readOwnPrice({ ...plain, prices, bands }), /bands/);
});
