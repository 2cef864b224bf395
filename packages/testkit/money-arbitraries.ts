import fc from 'fast-check';
import { type Unit, unitNames } from '#ai/units.ts';
import type { Usage } from '#ai/usage.ts';
import type { PriceBand, PriceTerms, UnitPrices } from '#money/unit-prices.ts';

/** Records compare equal to objects written in code. */
const plain = { noNullPrototype: true } as const;

/** Tiers of service that prices and usages have. */
export const SERVICE_TIERS = ['flex', 'priority'] as const;

/** Any prices of a model, bands and tiers included; some of them dearer below a threshold than above it. */
export function anyPrice(): fc.Arbitrary<PriceTerms> {
  const serviceTiers = fc
    .subarray([...SERVICE_TIERS])
    .chain((names) =>
      fc.tuple(...names.map((serviceTier) => anyBands().map((banded) => ({ serviceTier, ...banded })))),
    );
  return fc.tuple(anyBands(), serviceTiers).map(([usual, tiers]) => ({ ...usual, serviceTiers: tiers }));
}

/** Of these units; without some of them. */
export function anyUsage(quantityMax = 2_000, among: readonly Unit[] = unitNames): fc.Arbitrary<Usage> {
  const quantity = fc.integer({ min: 0, max: quantityMax });
  return fc.record(recordOf(among, quantity), { ...plain, requiredKeys: [] });
}

export function anyMultiplier(): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 50_000 });
}

function anyBands(): fc.Arbitrary<{ prices: UnitPrices; bands: PriceBand[] }> {
  const bands = fc.uniqueArray(fc.integer({ min: 0, max: 4_000 }), { maxLength: 3 }).chain((thresholds) =>
    fc.array(anyUnitPrices(), { minLength: thresholds.length, maxLength: thresholds.length }).map((prices) =>
      zip(
        thresholds.toSorted((a, b) => a - b),
        prices,
      ),
    ),
  );
  return fc.record({ prices: anyUnitPrices(), bands }, plain);
}

/** Input and output have a price; of the other units some have one, and some do not. */
function anyUnitPrices(): fc.Arbitrary<UnitPrices> {
  const picoUsd = fc.bigInt({ min: 0n, max: 100_000_000n });
  return fc.record(recordOf(unitNames, picoUsd), { ...plain, requiredKeys: ['input', 'output'] });
}

function recordOf<Value>(among: readonly Unit[], value: fc.Arbitrary<Value>): Record<Unit, fc.Arbitrary<Value>> {
  return Object.fromEntries(among.map((unit) => [unit, value])) as Record<Unit, fc.Arbitrary<Value>>;
}

function zip(thresholds: readonly number[], prices: readonly UnitPrices[]): PriceBand[] {
  return prices.map((band, index) => ({ abovePromptTokens: thresholds[index] ?? 0, prices: band }));
}
