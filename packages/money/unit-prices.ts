import { type Unit, unitNames, units } from '#ai/units.ts';

/**
 * What one of each unit costs, in pico-USD (10^-12 USD): a token, an image, a search. A unit that is not there costs what the
 * table of units says it is priced as; where that is not there either, it has no price.
 */
export type UnitPrices = Readonly<Partial<Record<Unit, bigint>>>;

/** Prices for the whole of a request with more prompt tokens than the threshold. */
export interface PriceBand {
  readonly abovePromptTokens: number;
  readonly prices: UnitPrices;
}

/** The prices of one tier of service. */
export interface BandedPrices {
  readonly prices: UnitPrices;
  /** Thresholds ascending. */
  readonly bands: readonly PriceBand[];
}

export interface ServiceTierPrices extends BandedPrices {
  readonly serviceTier: string;
}

/** All that a request is rated by: the usual prices, and those of other tiers of service. Each is complete. */
export interface PriceTerms extends BandedPrices {
  readonly serviceTiers: readonly ServiceTierPrices[];
}

/** The price of a unit, or of the one it is priced as; undefined: it has none. */
export function unitPrice(prices: UnitPrices, unit: Unit): bigint | undefined {
  for (let at: Unit | null = unit; at !== null; at = units[at].pricedAs) {
    const picoUsd = prices[at];
    if (picoUsd !== undefined) return picoUsd;
  }
  return undefined;
}

/** The unit that a token counts as where its own has no price: text of the same side. */
export const plainUnits = { prompt: 'input', answer: 'output' } as const;

/** What one of a unit is rated at. */
export interface RatedUnit {
  readonly picoUsd: bigint;
  /** Whether the price book says so. Else a token costs as much as one of text, and what is counted one by one nothing. */
  readonly isPriced: boolean;
}

/** What a unit is rated at, also where it has no price (README.md, "What has no price"). */
export function ratedAt(prices: UnitPrices, unit: Unit): RatedUnit {
  const own = unitPrice(prices, unit);
  if (own !== undefined) return { picoUsd: own, isPriced: true };
  const { side } = units[unit];
  const plain = side === 'count' ? undefined : prices[plainUnits[side]];
  return { picoUsd: plain ?? 0n, isPriced: false };
}

/** The prices of a request with so many prompt tokens: those of the highest band that it exceeds, for all of it. */
export function pricesFor({ prices, bands }: BandedPrices, promptTokens: number): UnitPrices {
  return bands.findLast((band) => promptTokens > band.abovePromptTokens)?.prices ?? prices;
}

/** The higher price of the two, unit by unit. */
export function dearerUnitPrices(a: UnitPrices, b: UnitPrices): UnitPrices {
  const dearer: Partial<Record<Unit, bigint>> = {};
  for (const unit of unitNames) {
    const [one, other] = [unitPrice(a, unit), unitPrice(b, unit)];
    const picoUsd = one === undefined || (other !== undefined && other > one) ? other : one;
    if (picoUsd !== undefined) dearer[unit] = picoUsd;
  }
  return dearer;
}
