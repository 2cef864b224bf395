import { setTimeout as pause } from 'node:timers/promises';
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

/** How long the end of an answer waits for a price, once for each: the log has just taken its usage, so it is there. */
const READ_MAX_MS = 250;

/** The prices that requests are pinned to, to tell clients what an answer costs. Billing charges by the same. */
export interface KnownPrices {
  /** Reads a price from the log where it is not known yet, while the provider is at work. */
  want(id: PriceId): void;
  /** The price, a moment after `want` at the latest; undefined: it could not be read by then. */
  find(id: PriceId): Price | undefined | Promise<Price | undefined>;
}

export function createKnownPrices(journal: Pick<Journal, 'readStream'>): KnownPrices {
  let book = createPriceBook();
  const keys = new Set<string>();
  const reading = new Map<string, Promise<void>>();

  async function readPrice(priceKey: string): Promise<void> {
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
      // A log that is away costs the client the word of its cost, and nothing else.
      const read = readPrice(priceKey).catch(() => undefined);
      reading.set(
        priceKey,
        read.finally(() => reading.delete(priceKey)),
      );
    },
    find({ priceKey, priceVersion }) {
      const known = book.find(priceKey, priceVersion);
      const read = reading.get(priceKey);
      if (known !== undefined || read === undefined) return known;
      const bound = pause(READ_MAX_MS, undefined, { ref: false });
      return Promise.race([read, bound]).then(() => book.find(priceKey, priceVersion));
    },
  };
}
