import { unitNames } from '#ai/units.ts';
import type { EventBodies } from '#contracts/events.ts';
import { type Price, termsToEvent } from '#money/price.ts';
import { type BandedPrices, type UnitPrices, unitPrice } from '#money/unit-prices.ts';

/** A price to publish for a model, without a version. */
export type PriceOffer = Omit<Price, 'version'> & {
  readonly source: string;
  /** From when it holds, as its author says; 0: from its publication. */
  readonly effectiveAtMs: number;
};

/** Whether two prices bill every request equally. Their source does not count. */
export function isSamePrice(a: Omit<Price, 'version'>, b: Omit<Price, 'version'>): boolean {
  return JSON.stringify(effectOf(a)) === JSON.stringify(effectOf(b));
}

/** The event that publishes an offer. */
export function pricePublished(offer: PriceOffer, publishedAtMs: number): EventBodies['PricePublished'] {
  return {
    priceKey: offer.priceKey,
    ...termsToEvent(offer),
    contextTokens: offer.contextTokens,
    outputTokensMax: offer.outputTokensMax,
    source: offer.source,
    publishedAtMs: String(publishedAtMs),
    effectiveAtMs: String(offer.effectiveAtMs),
  };
}

/** What a price comes to, whether a unit's price is stated or taken from another's. */
function effectOf(price: Omit<Price, 'version'>): unknown {
  const tiers = price.serviceTiers
    .toSorted((a, b) => (a.serviceTier < b.serviceTier ? -1 : 1))
    .map((tier) => [tier.serviceTier, bandsEffect(tier)]);
  return [price.priceKey, bandsEffect(price), tiers, price.contextTokens, price.outputTokensMax];
}

function bandsEffect({ prices, bands }: BandedPrices): unknown {
  return [unitsEffect(prices), bands.map((band) => [band.abovePromptTokens, unitsEffect(band.prices)])];
}

function unitsEffect(prices: UnitPrices): readonly string[] {
  return unitNames.map((unit) => String(unitPrice(prices, unit)));
}
