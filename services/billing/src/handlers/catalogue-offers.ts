import { catalogueModels, catalogueSource } from '#catalogue/catalogue-models.ts';
import type { PriceOffer } from '../domain/price-book/price-book.ts';

/** The catalogue's prices of these providers at a moment. A price's key is <catalogueId>/<model id>. */
export function catalogueOffers(catalogueIds: readonly string[], atMs: number): PriceOffer[] {
  return [...new Set(catalogueIds)].flatMap((catalogueId) =>
    catalogueModels(catalogueId, atMs).map(({ id, price, contextTokens, outputTokensMax }) => ({
      priceKey: `${catalogueId}/${id}`,
      unitPrices: price.unitPrices,
      tiers: price.tiers,
      contextTokens,
      outputTokensMax,
      source: catalogueSource,
    })),
  );
}
