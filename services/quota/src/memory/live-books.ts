import type { RecordedEvent } from '#journal/recorded-event.ts';
import { type Price, priceFromEvent } from '#money/price.ts';
import { type Books, type Folded, foldEvent } from '../domain/account/books.ts';
import { Contradiction } from '../domain/account/contradiction.ts';
import { type AccountEvent, isAccountEvent } from '../domain/account/events.ts';

/** The books as of a position of the log, with the prices in force there. */
export interface BooksSnapshot extends Books {
  readonly prices: Map<string, Price>;
  readonly position: number;
}

/** The log's fold in memory: what decisions rest on. */
export interface LiveBooks extends Books {
  readonly prices: ReadonlyMap<string, Price>;
  /** Takes the log's next events; those taken before are passed over. Throws where the log contradicts itself. */
  take(events: readonly RecordedEvent[]): void;
  position(): number;
  /** Why the fold stands still, where it does. */
  stoppedBy(): Error | undefined;
}

/** Told of each event that the books were folded by, after it. */
export type BooksWatcher = (event: AccountEvent, folded: Folded) => void;

export function createLiveBooks(snapshot: BooksSnapshot, watcher: BooksWatcher): LiveBooks {
  const { accounts, holds, counters, prices } = snapshot;
  let position = snapshot.position;
  let stop: Error | undefined;

  function takeOne(event: RecordedEvent): void {
    if (event.position !== position + 1) {
      throw new Contradiction(event, `it follows on position ${position}: events in between are missing`);
    }
    if (event.type === 'PricePublished') {
      prices.set(event.data.priceKey, priceFromEvent(event.data, event.version));
    } else if (isAccountEvent(event)) {
      watcher(event, foldEvent(snapshot, event));
    }
    position = event.position;
  }

  return {
    accounts,
    holds,
    counters,
    prices,
    take(events) {
      try {
        for (const event of events) if (event.position > position) takeOne(event);
        stop = undefined;
      } catch (error) {
        stop = error instanceof Error ? error : new Error(String(error));
        throw stop;
      }
    },
    position: () => position,
    stoppedBy: () => stop,
  };
}
