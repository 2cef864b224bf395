import type { EventBodies } from '#contracts/events.ts';
import { type Price, unitPricesToEvent } from '#money/price.ts';

/** A price to publish for a model, without a version. */
export type PriceOffer = Omit<Price, 'version'> & {
  readonly source: string;
  /** From when it holds, as its author says; 0: from its publication. */
  readonly effectiveAtMs: number;
};

/** Every version of every price, in memory. */
export interface PriceBook {
  /** Adding a known version changes nothing. */
  add(price: Price): void;
  find(priceKey: string, version: number): Price | undefined;
  newest(priceKey: string): Price | undefined;
  /** The keys that have a price. */
  keys(): Iterable<string>;
}

export function createPriceBook(): PriceBook {
  const versionsByKey = new Map<string, Map<number, Price>>();
  const newestByKey = new Map<string, Price>();
  return {
    add(price) {
      const versions = versionsByKey.get(price.priceKey) ?? new Map<number, Price>();
      versionsByKey.set(price.priceKey, versions.set(price.version, price));
      if (price.version >= (newestByKey.get(price.priceKey)?.version ?? 0)) newestByKey.set(price.priceKey, price);
    },
    find: (priceKey, version) => versionsByKey.get(priceKey)?.get(version),
    newest: (priceKey) => newestByKey.get(priceKey),
    keys: () => newestByKey.keys(),
  };
}

/** Whether two prices bill every request equally. Their source does not count. */
export function isSamePrice(a: Omit<Price, 'version'>, b: Omit<Price, 'version'>): boolean {
  return JSON.stringify(termsOf(a)) === JSON.stringify(termsOf(b));
}

/** The event that publishes an offer. */
export function pricePublished(offer: PriceOffer, publishedAtMs: number): EventBodies['PricePublished'] {
  return {
    ...termsOf(offer),
    source: offer.source,
    publishedAtMs: String(publishedAtMs),
    effectiveAtMs: String(offer.effectiveAtMs),
  };
}

function termsOf(
  price: Omit<Price, 'version'>,
): Omit<EventBodies['PricePublished'], 'source' | 'publishedAtMs' | 'effectiveAtMs'> {
  return {
    priceKey: price.priceKey,
    unitPrices: unitPricesToEvent(price.unitPrices),
    tiers: price.tiers.map((tier) => ({
      abovePromptTokens: tier.abovePromptTokens,
      unitPrices: unitPricesToEvent(tier.unitPrices),
    })),
    contextTokens: price.contextTokens,
    outputTokensMax: price.outputTokensMax,
  };
}
