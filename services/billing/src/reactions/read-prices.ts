import { setImmediate as nextTurn } from 'node:timers/promises';
import { streams } from '#contracts/streams.ts';
import type { Journal } from '#journal/journal.ts';
import { priceFromEvent } from '#money/price.ts';
import type { PriceBook } from '#money/price-book.ts';

/**
 * Reads every version of a price from the log into the book. Callers of one turn share a read that begins after it.
 * Thousands of usages that miss the same price thus cost the log one read a round, and no caller gets an answer older
 * than its question.
 */
export function createPriceReader(deps: {
  readonly journal: Pick<Journal, 'readStream'>;
  readonly book: PriceBook;
}): (priceKey: string) => Promise<void> {
  const asked = new Map<string, Promise<void>>();

  async function read(priceKey: string): Promise<void> {
    await nextTurn();
    asked.delete(priceKey);
    for (const event of await deps.journal.readStream(streams.price(priceKey))) {
      if (event.type === 'PricePublished') deps.book.add(priceFromEvent(event.data, event.version));
    }
  }

  return (priceKey) => {
    const reading = asked.get(priceKey) ?? read(priceKey);
    asked.set(priceKey, reading);
    return reading;
  };
}
