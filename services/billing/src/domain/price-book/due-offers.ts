import type { PriceOffer } from './price-offer.ts';

/** What is to be published now, and when there may be more. */
export interface DueOffers {
  readonly offers: readonly PriceOffer[];
  /** The next time from which a price of the operator's own holds; undefined: none lies ahead. */
  readonly nextAtMs: number | undefined;
}

/** A price of the operator's own. */
export interface OwnPrice {
  readonly id: string;
  /** From when it holds; 0: it always has. */
  readonly effectiveAtMs: number;
  /** Undefined: nothing can be billed by it. */
  readonly offer: PriceOffer | undefined;
}

/**
 * Which price holds for each key: the operator's own from the time it says, and else the catalogue's. Until an own price
 * holds, what was published before it stays; where nothing was, the catalogue's counts.
 */
export function dueOffers(parts: {
  readonly ownPrices: Iterable<OwnPrice>;
  readonly catalogue: readonly PriceOffer[];
  /** The catalogue's price of a key that it knows by another of a model's names. */
  readonly catalogueOf: (priceKey: string) => PriceOffer | undefined;
  readonly isPublished: (priceKey: string) => boolean;
  readonly nowMs: number;
}): DueOffers {
  const { catalogueOf, isPublished, nowMs } = parts;
  const offers = new Map(parts.catalogue.map((offer) => [offer.priceKey, offer]));
  let nextAtMs: number | undefined;
  for (const { id, effectiveAtMs, offer } of parts.ownPrices) {
    if (effectiveAtMs > nowMs) {
      nextAtMs = Math.min(nextAtMs ?? effectiveAtMs, effectiveAtMs);
      const until = isPublished(id) ? undefined : (offers.get(id) ?? catalogueOf(id));
      offers.delete(id);
      if (until !== undefined) offers.set(id, until);
      continue;
    }
    if (offer !== undefined) offers.set(id, offer);
  }
  return { offers: [...offers.values()], nextAtMs };
}
