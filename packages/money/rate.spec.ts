import assert from 'node:assert/strict';
import fc from 'fast-check';
import { anyMultiplier, anyPrice, anyUsage } from '#testkit/money-arbitraries.ts';
import { test } from '#testkit/test.ts';
import { rate, rateLines } from './rate.ts';
import { noUsage } from './token-usage.ts';
import { completeUnitPrices } from './unit-prices.ts';

const flat = (inputPicoUsd: bigint, outputPicoUsd: bigint) => ({
  unitPrices: completeUnitPrices({ inputPicoUsd, outputPicoUsd }),
  tiers: [],
});

test('a usage is rated kind by kind, with one rounding at the end', () => {
  const price = { unitPrices: { ...flat(150_000n, 600_000n).unitPrices, cachedInputPicoUsd: 75_000n }, tiers: [] };
  const { lines, totalNanoUsd } = rate(
    { ...noUsage, inputTokens: 10, cachedInputTokens: 4, outputTokens: 3 },
    price,
    15_000,
  );
  assert.deepEqual(lines, [
    { unit: 'input', quantity: 10, pricePicoUsd: 150_000n },
    { unit: 'cached_input', quantity: 4, pricePicoUsd: 75_000n },
    { unit: 'output', quantity: 3, pricePicoUsd: 600_000n },
  ]);
  assert.equal(totalNanoUsd, 5_400n);
});

test('half a nano-dollar is rounded up, less is rounded down', () => {
  assert.equal(rate({ ...noUsage, inputTokens: 1 }, flat(500n, 0n), 10_000).totalNanoUsd, 1n);
  assert.equal(rate({ ...noUsage, inputTokens: 1 }, flat(499n, 0n), 10_000).totalNanoUsd, 0n);
});

test('a request above a threshold is priced by that tier as a whole, one at the threshold is not', () => {
  const price = {
    ...flat(1_000n, 1_000n),
    tiers: [{ abovePromptTokens: 100, unitPrices: flat(2_000n, 3_000n).unitPrices }],
  };
  const usage = { ...noUsage, inputTokens: 50, cachedInputTokens: 25, cacheWriteTokens: 25, outputTokens: 1 };
  assert.equal(rate(usage, price, 10_000).totalNanoUsd, 101n);
  assert.equal(rate({ ...usage, cacheWrite1hTokens: 1 }, price, 10_000).totalNanoUsd, 205n);
});

test('the total is within half a nano-dollar of the exact amount', () => {
  fc.assert(
    fc.property(anyUsage(), anyPrice(), anyMultiplier(), (usage, price, multiplier) => {
      const { lines, totalNanoUsd } = rate(usage, price, multiplier);
      const exact =
        lines.reduce((sum, line) => sum + BigInt(line.quantity) * line.pricePicoUsd, 0n) * BigInt(multiplier);
      const errorTimesTwo = (totalNanoUsd * 10_000_000n - exact) * 2n;
      assert.ok(errorTimesTwo > -10_000_000n && errorTimesTwo <= 10_000_000n);
    }),
  );
});

test('a charge can be recomputed from its own lines', () => {
  fc.assert(
    fc.property(anyUsage(), anyPrice(), anyMultiplier(), (usage, price, multiplier) => {
      const { lines, totalNanoUsd } = rate(usage, price, multiplier);
      assert.equal(rateLines(lines, multiplier), totalNanoUsd);
    }),
  );
});

test('a count that is negative or not whole is refused', () => {
  assert.throws(() => rate({ ...noUsage, inputTokens: -1 }, flat(1n, 1n), 10_000), RangeError);
  assert.throws(() => rate({ ...noUsage, outputTokens: 0.5 }, flat(1n, 1n), 10_000), RangeError);
});
