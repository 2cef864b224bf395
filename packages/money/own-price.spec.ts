import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { readOwnPrice } from './own-price.ts';

const unit = (name: string, usdPerMillion: string) => ({ unit: name, usdPerMillion });

test('what is not stated costs what it is a kind of, and a band has what is stated of it and else what holds below it', () => {
  const price = readOwnPrice({
    prices: [unit('input', '3'), unit('output', '15'), unit('cache_write', '3.75')],
    bands: [
      { abovePromptTokens: 300_000, prices: [unit('input', '9')] },
      { abovePromptTokens: 200_000, prices: [unit('input', '6'), unit('output', '22.5')] },
    ],
  });
  assert.deepEqual(price.unitPrices, {
    inputPicoUsd: 3_000_000n,
    cachedInputPicoUsd: 3_000_000n,
    cacheWritePicoUsd: 3_750_000n,
    cacheWrite1hPicoUsd: 3_750_000n,
    outputPicoUsd: 15_000_000n,
    reasoningPicoUsd: 15_000_000n,
  });
  assert.deepEqual(
    price.tiers.map(({ abovePromptTokens, unitPrices }) => [
      abovePromptTokens,
      unitPrices.inputPicoUsd,
      unitPrices.cachedInputPicoUsd,
      unitPrices.cacheWritePicoUsd,
      unitPrices.outputPicoUsd,
    ]),
    [
      [200_000, 6_000_000n, 6_000_000n, 3_750_000n, 22_500_000n],
      [300_000, 9_000_000n, 9_000_000n, 3_750_000n, 15_000_000n],
    ],
  );
});

test('a price that is free is free, and one that is missing is none', () => {
  const free = readOwnPrice({ prices: [unit('input', '0'), unit('output', '0')], bands: [] });
  assert.equal(free.unitPrices.outputPicoUsd, 0n);
  for (const [prices, message] of [
    [[unit('input', '1')], /no price for output/],
    [[unit('output', '1')], /no price for input/],
    [[], /no price/],
    [[unit('input', '0.0000001'), unit('output', '1')], /6 decimals/],
    [[unit('input', '-1'), unit('output', '1')], /decimal/],
    [[unit('input', '1'), unit('input', '1'), unit('output', '1')], /twice/],
    [[unit('input', '1'), unit('output', '1'), unit('pages', '1')], /no unit/],
  ] as const) {
    assert.throws(() => readOwnPrice({ prices, bands: [] }), message);
  }
});

test('two bands above the same number of tokens are refused', () => {
  const prices = [unit('input', '1'), unit('output', '1')];
  const bands = [7, 7].map((abovePromptTokens) => ({ abovePromptTokens, prices }));
  assert.throws(() => readOwnPrice({ prices, bands }), /bands/);
});
