import type { Price } from './price.ts';

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
