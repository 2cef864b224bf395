import { type CatalogueModel, catalogueModels, catalogueSource } from '#catalogue/catalogue-models.ts';
import type { PriceOffer } from '../domain/price-book/price-offer.ts';

/** The catalogue's prices of these providers at a moment. A price's key is <catalogueId>/<model id>. */
export function catalogueOffers(catalogueIds: Iterable<string>, atMs: number): PriceOffer[] {
  return [...new Set(catalogueIds)].flatMap((catalogueId) =>
    catalogueModels(catalogueId, atMs).map((model) => offerOf(`${catalogueId}/${model.id}`, model)),
  );
}

/** The catalogue's price under a key that names one of a model's other names, or a snapshot of it. */
export function catalogueOfferOf(priceKey: string, atMs: number): PriceOffer | undefined {
  const slash = priceKey.indexOf('/');
  const name = priceKey.slice(slash + 1);
  const models = catalogueModels(priceKey.slice(0, slash), atMs);
  const model = models.find(({ names }) => names.includes(name)) ?? models.find(({ isSnapshot }) => isSnapshot(name));
  return model === undefined ? undefined : offerOf(priceKey, model);
}

function offerOf(priceKey: string, { price, contextTokens, outputTokensMax }: CatalogueModel): PriceOffer {
  return {
    priceKey,
    ...price,
    contextTokens,
    outputTokensMax,
    source: catalogueSource,
    effectiveAtMs: 0,
  };
}
