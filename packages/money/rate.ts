import { type Unit, unitNames } from '#ai/units.ts';
import { promptTokensOf, type Usage } from '#ai/usage.ts';
import { PICO_PER_NANO } from './nano-usd.ts';
import { isTierUnpriced, tierPrices } from './service-tier.ts';
import { type PriceTerms, pricesFor, ratedAt, type UnitPrices } from './unit-prices.ts';

export interface RateLine {
  readonly unit: Unit;
  readonly quantity: number;
  readonly pricePicoUsd: bigint;
}

/** What a usage costs. */
export interface Rating {
  /** A line for each unit that was used, in the order of their table. */
  readonly lines: readonly RateLine[];
  readonly totalNanoUsd: bigint;
  /** The tier of service whose prices apply; empty: the usual one. */
  readonly serviceTier: string;
  /** What the price does not say: `unpriced:<unit>`, `unpriced:service_tier`. */
  readonly flags: readonly string[];
}

/** How a flag begins that says that the price does not say something. */
export const UNPRICED = 'unpriced:';

/** The basis points of a multiplier of 1. */
export const BASIS_POINTS = 10_000n;

/**
 * The cost of a usage that was served in a tier. Prices of the tier hold for all of it, in the band of all its prompt tokens.
 * What has no price is rated as README.md says, and flagged. Throws a RangeError if a count is negative or not whole.
 */
export function rate(
  usage: Usage,
  terms: PriceTerms,
  served: { readonly serviceTier: string; readonly multiplierBasisPoints: number },
): Rating {
  const tier = tierPrices(terms, served.serviceTier);
  const prices = pricesFor(tier ?? terms, promptTokensOf(usage));
  const lines: RateLine[] = [];
  const flags: string[] = isTierUnpriced(terms, served.serviceTier) ? [`${UNPRICED}service_tier`] : [];
  for (const unit of unitNames) {
    const quantity = unit === 'request' ? requestsIn(usage, prices) : (usage[unit] ?? 0);
    if (quantity === 0) continue;
    const { picoUsd, isPriced } = ratedAt(prices, unit);
    if (!isPriced) flags.push(`${UNPRICED}${unit}`);
    lines.push({ unit, quantity, pricePicoUsd: picoUsd });
  }
  const totalNanoUsd = rateLines(lines, served.multiplierBasisPoints);
  return { lines, totalNanoUsd, serviceTier: tier?.serviceTier ?? '', flags };
}

/**
 * The nano-USD of lines: the sum of quantity times price, times the multiplier, rounded once at the end to the nearest
 * nano-USD, halves up. In the long run neither side wins more than half a nano-USD a charge. Audits call this on the
 * lines of a charge in the log.
 */
export function rateLines(
  lines: readonly Pick<RateLine, 'quantity' | 'pricePicoUsd'>[],
  multiplierBasisPoints: number,
): bigint {
  let picoUsd = 0n;
  for (const { quantity, pricePicoUsd } of lines) {
    if (quantity < 0) throw new RangeError(`a quantity of ${quantity} cannot be rated`);
    picoUsd += BigInt(quantity) * pricePicoUsd;
  }
  const divisor = BASIS_POINTS * PICO_PER_NANO;
  return (picoUsd * BigInt(multiplierBasisPoints) + divisor / 2n) / divisor;
}

/** A price by the request counts each that used something as one, whether the provider reports it or not. */
function requestsIn(usage: Usage, prices: UnitPrices): number {
  const counted = usage.request ?? 0;
  if (counted !== 0 || prices.request === undefined) return counted;
  return unitNames.some((unit) => (usage[unit] ?? 0) !== 0) ? 1 : 0;
}
