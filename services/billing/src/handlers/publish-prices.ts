import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal } from '#journal/journal.ts';
import { derivedId, newId } from '#kernel/ids.ts';
import type { PriceBook } from '#money/price-book.ts';
import { isSamePrice, type PriceOffer, pricePublished } from '../domain/price-book/price-offer.ts';

/** If another process publishes the same prices at the same time, one more round suffices. More rounds mean a fault. */
const ROUNDS_MAX = 3;

export interface PublishDependencies {
  readonly journal: Pick<Journal, 'append' | 'head'>;
  readonly book: PriceBook;
  /** Resolves when the book has taken the log up to a position. */
  readonly reached: (position: number) => Promise<void>;
}

/**
 * Publishes each offer that differs from the newest price of its key, all at once. Resolves to their number when the
 * book has them. Offering the same prices again publishes nothing. Rejects with the log's `Fault` if the log cannot be
 * written. Prices published by then stay, and another call publishes the rest.
 */
export async function publishPrices(
  offers: readonly PriceOffer[],
  publishedAtMs: number,
  deps: PublishDependencies,
): Promise<number> {
  const correlationId = newId();
  let published = 0;
  for (let round = 1; round <= ROUNDS_MAX; round += 1) {
    const due = offers.filter((offer) => {
      const newest = deps.book.newest(offer.priceKey);
      return newest === undefined || !isSamePrice(newest, offer);
    });
    if (due.length === 0) return published;
    const outcomes = await Promise.all(due.map((offer) => publish(offer, publishedAtMs, correlationId, deps)));
    published += outcomes.filter((isPublished) => isPublished).length;
    await deps.reached(await deps.journal.head());
  }
  throw new Fault({ code: 'unavailable', message: 'Prices are being published from elsewhere at the same time.' });
}

/** False if another writer published that version first. */
async function publish(
  offer: PriceOffer,
  publishedAtMs: number,
  correlationId: string,
  { journal, book }: PublishDependencies,
): Promise<boolean> {
  const expectedVersion = book.newest(offer.priceKey)?.version ?? 0;
  const eventId = derivedId(offer.priceKey, `price-${expectedVersion + 1}`);
  try {
    const result = await journal.append({
      stream: streams.price(offer.priceKey),
      expectedVersion,
      events: [{ eventId, type: 'PricePublished', data: pricePublished(offer, publishedAtMs) }],
      correlationId,
      causationId: '',
    });
    return result.kind === 'appended' && !result.isRepeat;
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'conflict') return false;
    throw thrown;
  }
}
