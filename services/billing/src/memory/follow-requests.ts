import { type Followable, type Following, follow } from '#journal/following.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { type Price, priceFromEvent } from '#money/price.ts';
import { createPriceBook, type PriceBook } from '#money/price-book.ts';
import {
  type ChargeableRequest,
  createOpenRequests,
  type OpenRequest,
  type OpenRequests,
} from '../domain/open-request/open-requests.ts';

/** The part that charges. */
export interface ChargeableWatcher {
  /** A request's usage has just come. */
  readonly onChargeable: (request: ChargeableRequest) => void;
  /** A request has ended, by a charge or an expiry. */
  readonly onEnded: (requestId: string) => void;
  /** Called after each batch of events. If it returns a promise, the log waits for it. The promise never rejects. */
  readonly room: () => Promise<void> | undefined;
}

/** The price book and the open requests, folded as the log goes on. This alone charges and publishes nothing. */
export interface FollowedRequests extends Following {
  readonly book: PriceBook;
  readonly open: OpenRequests;
  /**
   * From now on the watcher is called. Requests that are already ready to charge are in `open`. There is at most one
   * watcher: a second leader of the same requests is a fault.
   */
  watch(watcher: ChargeableWatcher): void;
}

/** Follows the log from a snapshot's position, even if some tables are ahead of it. */
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
