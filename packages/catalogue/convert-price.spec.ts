import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { convertPrice } from './convert-price.ts';

const startDate = (start_date: string) => ({ type: 'start_date', start_date }) as const;
const timeOfDay = { type: 'time_of_date', start_time: '06:00:00Z', end_time: '10:00:00Z' } as const;
const flat = (input: number, output: number) => ({ input_mtok: input, output_mtok: output });

function inputAndOutput(conversion: ReturnType<typeof convertPrice>): [bigint, bigint] {
  assert.ok('price' in conversion);
  const { input, output } = conversion.price.prices;
  assert.ok(input !== undefined && output !== undefined);
  return [input, output];
}

test('a new price counts from its date on, not before', () => {
  const prices = [{ prices: flat(2, 8) }, { constraint: startDate('2026-06-10'), prices: flat(1, 4) }];
  assert.deepEqual(inputAndOutput(convertPrice(prices, Date.parse('2026-06-09T23:59:59Z'))), [2_000_000n, 8_000_000n]);
  assert.deepEqual(inputAndOutput(convertPrice(prices, Date.parse('2026-06-10T00:00:00Z'))), [1_000_000n, 4_000_000n]);
});

test('a price that varies by the hour counts as its dearest hour, kind by kind', () => {
  const prices = [
    { prices: flat(9, 9) },
    { constraint: startDate('2026-06-10'), prices: flat(1, 4) },
    { constraint: timeOfDay, prices: flat(2, 3) },
  ];
  assert.deepEqual(inputAndOutput(convertPrice(prices, Date.parse('2026-07-01'))), [2_000_000n, 4_000_000n]);
});

test('tiers of an hour reach into the dearest price', () => {
  const tiered = { base: 1, tiers: [{ start: 100, price: 5 }] };
  const prices = [{ prices: flat(2, 8) }, { constraint: timeOfDay, prices: { input_mtok: tiered, output_mtok: 4 } }];
  const conversion = convertPrice(prices, 0);
  assert.ok('price' in conversion);
  assert.equal(conversion.price.prices.input, 2_000_000n);
  assert.deepEqual(
    conversion.price.bands.map((band) => [band.abovePromptTokens, band.prices.input, band.prices.output]),
    [[100, 5_000_000n, 8_000_000n]],
  );
});

test('kinds with thresholds of their own change at each of them', () => {
  const conversion = convertPrice(
    {
      input_mtok: { base: 1, tiers: [{ start: 100, price: 2 }] },
      output_mtok: { base: 3, tiers: [{ start: 50, price: 4 }] },
    },
    0,
  );
  assert.ok('price' in conversion);
  assert.deepEqual(
    conversion.price.bands.map((band) => [band.abovePromptTokens, band.prices.input, band.prices.output]),
    [
      [50, 1_000_000n, 4_000_000n],
      [100, 2_000_000n, 4_000_000n],
    ],
  );
});
