import type { RecordedEvent } from '#journal/recorded-event.ts';
import { type Price, priceFromEvent } from '#money/price.ts';

/** A published price and its position in the log. */
export interface PublishedPrice extends Price {
  readonly source: string;
  readonly publishedAtMs: number;
  readonly position: number;
}

/** Every price version of the log so far. */
export interface PublishedPrices {
  apply(event: RecordedEvent): void;
  find(priceKey: string, version: number): PublishedPrice | undefined;
}

export function createPublishedPrices(): PublishedPrices {
  const prices = new Map<string, PublishedPrice>();
  return {
    find: (priceKey, version) => prices.get(`${version} ${priceKey}`),
    apply: (event) => {
      if (event.type !== 'PricePublished') return;
      prices.set(`${event.version} ${event.data.priceKey}`, {
        ...priceFromEvent(event.data, event.version),
        source: event.data.source,
        publishedAtMs: Number(event.data.publishedAtMs),
        position: event.position,
      });
    },
  };
}
