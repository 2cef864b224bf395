import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Usage } from '#ai/usage.ts';
import { anyMultiplier, anyPrice, anyUsage, SERVICE_TIERS } from '#testkit/money-arbitraries.ts';
import { describe, test } from '#testkit/test.ts';
import { rate, rateLines } from './rate.ts';
import type { PriceTerms, UnitPrices } from './unit-prices.ts';

const only = (prices: UnitPrices): PriceTerms => ({ prices, bands: [], serviceTiers: [] });
const flat = (input: bigint, output: bigint) => only({ input, output });
const usual = (multiplierBasisPoints = 10_000) => ({ serviceTier: '', multiplierBasisPoints });
const totalOf = (usage: Usage, terms: PriceTerms, served = usual()) => rate(usage, terms, served).totalNanoUsd;

test('a usage is rated unit by unit, with one rounding at the end', () => {
  const price = only({ input: 150_000n, cached_input: 75_000n, output: 600_000n });
  const { lines, totalNanoUsd, flags } = rate({ output: 3, input: 10, cached_input: 4 }, price, usual(15_000));
  assert.deepEqual(lines, [
    { unit: 'input', quantity: 10, pricePicoUsd: 150_000n },
    { unit: 'cached_input', quantity: 4, pricePicoUsd: 75_000n },
    { unit: 'output', quantity: 3, pricePicoUsd: 600_000n },
  ]);
  assert.deepEqual([totalNanoUsd, flags], [5_400n, []]);
});

test("a tier with prices of its own is rated by them, also where another's could stand in for it", () => {
  const tier = (serviceTier: string, input: bigint) => ({ serviceTier, prices: { input, output: 0n }, bands: [] });
  for (const serviceTiers of [
    [tier('priority', 4_000n), tier('fast', 6_000n)],
    [tier('fast', 6_000n), tier('priority', 4_000n)],
  ]) {
    const served = { serviceTier: 'fast', multiplierBasisPoints: 10_000 };
    assert.equal(totalOf({ input: 1 }, { ...flat(1_000n, 0n), serviceTiers }, served), 6n);
  }
});

test('half a nano-dollar is rounded up, less is rounded down', () => {
  assert.equal(totalOf({ input: 1 }, flat(500n, 0n)), 1n);
  assert.equal(totalOf({ input: 1 }, flat(499n, 0n)), 0n);
});

test('a request above a threshold is priced by that band as a whole, one at the threshold is not', () => {
  const bands = [{ abovePromptTokens: 100, prices: { input: 2_000n, output: 3_000n } }];
  const price = { ...flat(1_000n, 1_000n), bands };
  const usage = { input: 50, cached_input: 25, cache_write: 25, output: 1 };
  assert.equal(totalOf(usage, price), 101n);
  assert.equal(totalOf({ ...usage, cache_write_1h: 1 }, price), 205n);
});

describe('a tier of service', () => {
  const flex = {
    serviceTier: 'flex',
    prices: { input: 500n, output: 2_000n },
    bands: [{ abovePromptTokens: 10, prices: { input: 900n, output: 2_500n } }],
  };
  const priority = { serviceTier: 'priority', prices: { input: 2_000n, output: 8_000n }, bands: [] };
  const price = { ...flat(1_000n, 4_000n), serviceTiers: [flex, priority] };
  const served = (serviceTier: string, input = 2) => {
    const rating = rate({ input, output: 1 }, price, { serviceTier, multiplierBasisPoints: 10_000 });
    return [rating.totalNanoUsd, rating.serviceTier, rating.flags];
  };

  test('that the answer says it was served in is rated at its own prices and bands', () => {
    assert.deepEqual(served('flex'), [3n, 'flex', []]);
    assert.deepEqual(served('flex', 20), [21n, 'flex', []]);
    assert.deepEqual(served('priority'), [12n, 'priority', []]);
    assert.deepEqual(served('fast'), [12n, 'priority', []], 'as requests call it');
  });

  test('that is the usual one by whatever name is rated at the usual prices', () => {
    for (const name of ['', 'default', 'standard', 'standard_only']) assert.deepEqual(served(name), [6n, '', []], name);
  });

  test('that has no price is rated at the usual prices, and flagged', () => {
    assert.deepEqual(served('scale'), [6n, '', ['unpriced:service_tier']]);
  });
});

describe('a unit without a price', () => {
  test('costs what the table of units says it is priced as', () => {
    const { lines, flags } = rate(
      { cache_write_12h: 1, cached_audio_input: 1, reasoning: 1 },
      only({ input: 1n, cache_write: 2n, audio_input: 3n, output: 4n }),
      usual(),
    );
    assert.deepEqual(
      lines.map(({ unit, pricePicoUsd }) => [unit, pricePicoUsd]),
      [
        ['cache_write_12h', 2n],
        ['cached_audio_input', 3n],
        ['reasoning', 4n],
      ],
    );
    assert.deepEqual(flags, []);
  });

  test('and with nothing that it is priced as costs what text of its side costs, and is flagged', () => {
    const { lines, totalNanoUsd, flags } = rate({ audio_input: 2, audio_output: 3 }, flat(1_000n, 4_000n), usual());
    assert.deepEqual([totalNanoUsd, flags], [14n, ['unpriced:audio_input', 'unpriced:audio_output']]);
    assert.deepEqual(
      lines.map(({ unit, quantity }) => [unit, quantity]),
      [
        ['audio_input', 2],
        ['audio_output', 3],
      ],
    );
  });

  test('that is counted one by one stands in a line at no price, flagged: the house pays it', () => {
    const { lines, totalNanoUsd, flags } = rate({ search: 5, input: 1 }, flat(1_000n, 1_000n), usual());
    assert.deepEqual([totalNanoUsd, flags], [1n, ['unpriced:search']]);
    assert.deepEqual(lines.at(-1), { unit: 'search', quantity: 5, pricePicoUsd: 0n });
  });
});

test('a price by the request counts each request that used something as one', () => {
  const price = only({ input: 1_000n, output: 1_000n, request: 5_000_000n });
  assert.equal(totalOf({ input: 1 }, price), 5_001n);
  assert.equal(totalOf({ input: 1, request: 1 }, price), 5_001n);
  assert.equal(totalOf({}, price), 0n);
});

const anyServed = () =>
  fc.record({ serviceTier: fc.constantFrom('', ...SERVICE_TIERS), multiplierBasisPoints: anyMultiplier() });

test('the total is within half a nano-dollar of the exact amount', () => {
  fc.assert(
    fc.property(anyUsage(), anyPrice(), anyServed(), (usage, price, served) => {
      const { lines, totalNanoUsd } = rate(usage, price, served);
      const sum = lines.reduce((total, line) => total + BigInt(line.quantity) * line.pricePicoUsd, 0n);
      const errorTimesTwo = (totalNanoUsd * 10_000_000n - sum * BigInt(served.multiplierBasisPoints)) * 2n;
      assert.ok(errorTimesTwo > -10_000_000n && errorTimesTwo <= 10_000_000n);
    }),
  );
});

test('every unit that was used stands in a line with all of its quantity, and a charge recomputes from its lines', () => {
  fc.assert(
    fc.property(anyUsage(), anyPrice(), anyServed(), (usage, price, served) => {
      const { lines, totalNanoUsd } = rate(usage, price, served);
      for (const [unit, quantity] of Object.entries(usage)) {
        // A price by the request counts one that is not reported.
        if (unit === 'request' && quantity === 0) continue;
        assert.equal(lines.find((line) => line.unit === unit)?.quantity ?? 0, quantity);
      }
      assert.equal(rateLines(lines, served.multiplierBasisPoints), totalNanoUsd);
    }),
  );
});

test('a count that is negative or not whole is refused', () => {
  assert.throws(() => rate({ input: -1 }, flat(1n, 1n), usual()), RangeError);
  assert.throws(() => rate({ output: 0.5 }, flat(1n, 1n), usual()), RangeError);
});
