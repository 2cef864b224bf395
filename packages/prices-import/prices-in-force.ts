import { catalogueModels } from '#catalogue/catalogue-models.ts';
import type { CataloguePrice } from '#catalogue/convert-price.ts';
import { readOwnPrice } from '#money/own-price.ts';
import type { Registry } from '#registry/registry.ts';
import { type PriceDifference, priceDifferences } from './price-differences.ts';

/** The price of a key as policy and the catalogue have it: the operator's own, and else the catalogue's. */
export function pricesInForce(
  registry: Pick<Registry, 'get'>,
  atMs: number,
): (priceId: string) => CataloguePrice | undefined {
  const catalogue = cataloguePrices(atMs);
  return (priceId) => {
    const own = registry.get('price', priceId);
    return own === undefined ? catalogue(priceId) : readOwnPrice(own);
  };
}

/** Where prices of the operator's own differ from those of the catalogue, by key; prices of models that it does not know are new. */
export function differencesFromCatalogue(registry: Pick<Registry, 'all'>, atMs: number): readonly PriceDifference[] {
  const catalogue = cataloguePrices(atMs);
  return Array.from(registry.all('price'))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((own) => priceDifferences(own.id, catalogue(own.id), readOwnPrice(own)));
}

/** Reads each catalogue once. */
function cataloguePrices(atMs: number): (priceId: string) => CataloguePrice | undefined {
  const read = new Map<string, ReadonlyMap<string, CataloguePrice>>();
  return (priceId) => {
    const slash = priceId.indexOf('/');
    const catalogueId = priceId.slice(0, slash);
    const prices =
      read.get(catalogueId) ?? new Map(catalogueModels(catalogueId, atMs).map(({ id, price }) => [id, price]));
    read.set(catalogueId, prices);
    return prices.get(priceId.slice(slash + 1));
  };
}
