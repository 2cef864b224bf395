import { streams } from '#contracts/streams.ts';
import type { Journal } from '#journal/journal.ts';
import { type Price, priceFromEvent } from '#money/price.ts';
import { createPriceBook } from '#money/price-book.ts';

/** What a candidate's price is pinned to. */
interface PriceId {
  readonly priceKey: string;
  readonly priceVersion: number;
}

/** Keys of prices that are kept: more than any installation has models. Beyond them all are forgotten, and read anew. */
const KEYS_MAX = 20_000;

/** The prices that requests are pinned to, to tell clients what an answer costs. Billing charges by the same. */
export interface KnownPrices {
  /** Reads a price from the log where it is not known yet, while the provider is at work. */
  want(id: PriceId): void;
  /** undefined: it is not at hand, and nobody waits for it. */
  find(id: PriceId): Price | undefined;
}

export function createKnownPrices(journal: Pick<Journal, 'readStream'>): KnownPrices {
  let book = createPriceBook();
  const keys = new Set<string>();
  const reading = new Set<string>();

  async function read(priceKey: string): Promise<void> {
    const events = await journal.readStream(streams.price(priceKey));
    if (!keys.has(priceKey) && keys.size >= KEYS_MAX) {
      keys.clear();
      book = createPriceBook();
    }
    keys.add(priceKey);
    for (const event of events) {
      if (event.type === 'PricePublished') book.add(priceFromEvent(event.data, event.version));
    }
  }

  return {
    want({ priceKey, priceVersion }) {
      if (book.find(priceKey, priceVersion) !== undefined || reading.has(priceKey)) return;
      reading.add(priceKey);
      // A log that is away costs the client the word of its cost, and nothing else.
      void read(priceKey)
        .catch(() => undefined)
        .finally(() => reading.delete(priceKey));
    },
    find: ({ priceKey, priceVersion }) => book.find(priceKey, priceVersion),
  };
}
