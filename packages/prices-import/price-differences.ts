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
  const pairs = ['', ...new Set(names)].map((tier) => [tier, pricesOf(before, tier), pricesOf(after, tier)] as const);
  return pairs.flatMap(([tier, was, is]) => bandDifferences(priceId, tier, was, is));
}

/** A tier that has no prices of its own has the usual ones. */
function pricesOf(price: CataloguePrice | undefined, serviceTier: string): BandedPrices | undefined {
  return price && (tierPrices(price, serviceTier) ?? price);
}

function bandDifferences(
  priceId: string,
  serviceTier: string,
  before: BandedPrices | undefined,
  after: BandedPrices | undefined,
): readonly PriceDifference[] {
  const thresholds = [before, after].flatMap((price) => price?.bands.map((band) => band.abovePromptTokens) ?? []);
  const bands = [0, ...new Set(thresholds)].toSorted((a, b) => a - b);
  return bands.flatMap((above) => {
    const [was, is] = [before, after].map((price) => price && pricesFor(price, above + 1));
    return unitNames.flatMap((name) => {
      // What neither states follows from what they do.
      if (was?.[name] === undefined && is?.[name] === undefined) return [];
      const [beforeUsdPerMillion, afterUsdPerMillion] = [priceText(was, name), priceText(is, name)];
      if (beforeUsdPerMillion === afterUsdPerMillion) return [];
      const tier = serviceTier === '' ? '' : ` in ${serviceTier}`;
      const unit = above === 0 ? `${name}${tier}` : `${name}${tier} above ${above}`;
      return [{ priceId, unit, beforeUsdPerMillion, afterUsdPerMillion }];
    });
  });
}

function priceText(prices: UnitPrices | undefined, unit: Unit): string {
  const picoUsd = prices && unitPrice(prices, unit);
  return picoUsd === undefined ? '' : formatUsdPerMtok(picoUsd);
}
