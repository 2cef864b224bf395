import type { PriceTerms, ServiceTierPrices } from './unit-prices.ts';

/** How requests and answers of providers name the tier that is had without asking for another one. */
const usualNames: ReadonlySet<string> = new Set(['', 'default', 'standard', 'standard_only', 'on_demand']);

/** How a request leaves the tier to the provider, or to the settings of the gateway's account there. */
const openNames: ReadonlySet<string> = new Set(['', 'auto']);

/** Tiers that answers call by another name than requests do. */
const answeredAs: Readonly<Record<string, string>> = { fast: 'priority' };

/** Whether a name means the tier that is had without asking, or leaves the tier open. */
export function isUsualTier(serviceTier: string): boolean {
  return usualNames.has(serviceTier) || openNames.has(serviceTier);
}

/** The tier's own prices; undefined: it is the usual one, or has none of its own. */
export function tierPrices(terms: PriceTerms, serviceTier: string): ServiceTierPrices | undefined {
  if (usualNames.has(serviceTier) || terms.serviceTiers.length === 0) return undefined;
  const named = (name: string | undefined) => terms.serviceTiers.find((tier) => tier.serviceTier === name);
  // Its own prices come first, in whatever order the tiers stand.
  return named(serviceTier) ?? named(answeredAs[serviceTier]);
}

/** Whether a tier that is named costs what nobody has stated. */
export function isTierUnpriced(terms: PriceTerms, serviceTier: string): boolean {
  return !isUsualTier(serviceTier) && tierPrices(terms, serviceTier) === undefined;
}

/**
 * The prices of every tier that a request may be served in: that which it asks for and the usual one, since a provider may
 * serve it in that; where it leaves the tier open, any.
 */
export function reachableTiers(terms: PriceTerms, serviceTier: string): readonly (PriceTerms | ServiceTierPrices)[] {
  if (terms.serviceTiers.length === 0) return [terms];
  if (openNames.has(serviceTier)) return [terms, ...terms.serviceTiers];
  const asked = tierPrices(terms, serviceTier);
  return asked === undefined ? [terms] : [terms, asked];
}
