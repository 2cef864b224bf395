import { type Unit, unitNames } from '#ai/units.ts';
import type { CataloguePrice } from '#catalogue/convert-price.ts';
import { tierPrices } from '#money/service-tier.ts';
import { type BandedPrices, pricesFor, type UnitPrices, unitPrice } from '#money/unit-prices.ts';
import { formatUsdPerMtok } from '#money/usd-per-mtok.ts';

/** One number that another price would change. Empty: there is none. */
export interface PriceDifference {
  readonly priceId: string;
  /** "input"; in a tier of service "input in flex"; above a number of prompt tokens "input above 200000". */
  readonly unit: string;
  readonly beforeUsdPerMillion: string;
  readonly afterUsdPerMillion: string;
}

/** What a price is billed by that another is not, unit by unit, band by band and tier by tier. Empty: the same comes of both. */
export function priceDifferences(
  priceId: string,
  before: CataloguePrice | undefined,
  after: CataloguePrice | undefined,
): readonly PriceDifference[] {
  const names = [before, after].flatMap((price) => price?.serviceTiers.map((tier) => tier.serviceTier) ?? []);
  const usual = differencesOf('', before, after);
  const tiers = [...new Set(names)].flatMap((name) =>
    differencesOf(name, tierOf(before, name), tierOf(after, name)).filter(
      // What differs in the usual tier, and in this one by no more than that, is told once.
      (each) => !usual.some((other) => isSameChange(each, other)),
    ),
  );
  return [...usual, ...tiers].map(({ unit, serviceTier, above, was, is }) => {
    const tier = serviceTier === '' ? '' : ` in ${serviceTier}`;
    const band = above === 0 ? '' : ` above ${above}`;
    return { priceId, unit: `${unit}${tier}${band}`, beforeUsdPerMillion: was, afterUsdPerMillion: is };
  });
}

interface UnitDifference {
  readonly unit: Unit;
  readonly serviceTier: string;
  readonly above: number;
  readonly was: string;
  readonly is: string;
}

function isSameChange(a: UnitDifference, b: UnitDifference): boolean {
  return a.unit === b.unit && a.above === b.above && a.was === b.was && a.is === b.is;
}

/** A tier that has no prices of its own has the usual ones. */
function tierOf(price: CataloguePrice | undefined, serviceTier: string): BandedPrices | undefined {
  return price && (tierPrices(price, serviceTier) ?? price);
}

function differencesOf(
  serviceTier: string,
  before: BandedPrices | undefined,
  after: BandedPrices | undefined,
): readonly UnitDifference[] {
  const thresholds = [before, after].flatMap((price) => price?.bands.map((band) => band.abovePromptTokens) ?? []);
  const bands = [0, ...new Set(thresholds)].toSorted((a, b) => a - b);
  return bands.flatMap((above) => {
    const [old, next] = [before, after].map((price) => price && pricesFor(price, above + 1));
    return unitNames.flatMap((unit) => {
      // What neither states follows from what they do.
      if (old?.[unit] === undefined && next?.[unit] === undefined) return [];
      const [was, is] = [priceText(old, unit), priceText(next, unit)];
      return was === is ? [] : [{ unit, serviceTier, above, was, is }];
    });
  });
}

function priceText(prices: UnitPrices | undefined, unit: Unit): string {
  const picoUsd = prices && unitPrice(prices, unit);
  return picoUsd === undefined ? '' : formatUsdPerMtok(picoUsd);
}
