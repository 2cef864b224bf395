import { type Followable, type Following, follow } from '#journal/following.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { type Price, priceFromEvent } from '#money/price.ts';
import {
  type ChargeableRequest,
  createOpenRequests,
  type OpenRequest,
  type OpenRequests,
} from '../domain/open-request/open-requests.ts';
import { createPriceBook, type PriceBook } from '../domain/price-book/price-book.ts';

/** Whoever charges. */
export interface ChargeableWatcher {
  /** A request's usage has just come. */
  readonly onChargeable: (request: ChargeableRequest) => void;
  /** A request has come to its end, by a charge or an expiry. */
  readonly onEnded: (requestId: string) => void;
  /** Asked after each batch of events: the log waits for the promise, where there is one. It never rejects. */
  readonly room: () => Promise<void> | undefined;
}

/** The price book and the open requests, folded as the log goes on. Nothing is charged or published by them alone. */
export interface FollowedRequests extends Following {
  readonly book: PriceBook;
  readonly open: OpenRequests;
  /**
   * From now on whoever charges is told; what is to be charged already is in `open`. One watcher at most: a second leader
   * of the same requests is a fault.
   */
  watch(watcher: ChargeableWatcher): void;
}

/** Follows the log from where a snapshot stands, also of tables of which some are ahead of it. */
export function followRequests(
  journal: Followable,
  snapshot: {
    readonly afterPosition: number;
    readonly prices: readonly Price[];
    readonly openRequests: readonly OpenRequest[];
  },
): FollowedRequests {
  const book = createPriceBook();
  const open = createOpenRequests();
  for (const price of snapshot.prices) book.add(price);
  for (const request of snapshot.openRequests) open.restore(request);
  let watcher: ChargeableWatcher | undefined;

  function fold(events: readonly RecordedEvent[]): Promise<void> | undefined {
    for (const event of events) {
      if (event.type === 'PricePublished') book.add(priceFromEvent(event.data, event.version));
      const chargeable = open.fold(event);
      if (event.type === 'ChargePosted' || event.type === 'HoldExpired') watcher?.onEnded(event.data.requestId);
      if (chargeable !== undefined) watcher?.onChargeable(chargeable);
    }
    return watcher?.room();
  }

  const following = follow(journal, { name: 'billing.live', afterPosition: snapshot.afterPosition, fold });
  return {
    ...following,
    book,
    open,
    watch(next) {
      if (watcher !== undefined) throw new Error('the requests are charged already');
      watcher = next;
    },
  };
}
