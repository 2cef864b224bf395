import type { Subscriber, Subscription } from './journal.ts';
import { type LiveSubscription, type SubscriptionSource, startSubscription } from './live-subscription.ts';
import type { RecordedEvent } from './recorded-event.ts';

/** The subscribers of a log in this process. */
export interface LiveSubscriptions {
  subscribe(subscriber: Subscriber): Subscription;
  /** Passes new committed events to all subscribers. */
  offer(events: readonly RecordedEvent[]): void;
  /** The source's head may have moved. */
  wake(): void;
  close(): Promise<void>;
}

export function createSubscriptions(source: SubscriptionSource): LiveSubscriptions {
  const open = new Set<LiveSubscription>();
  return {
    subscribe(subscriber) {
      const subscription = startSubscription(subscriber, source);
      open.add(subscription);
      return {
        position: subscription.position,
        reached: subscription.reached,
        close() {
          open.delete(subscription);
          return subscription.close();
        },
      };
    },
    offer(events) {
      for (const subscription of open) subscription.offer(events);
    },
    wake() {
      for (const subscription of open) if (subscription.position() < source.head()) subscription.wake();
    },
    async close() {
      const closing = [...open];
      open.clear();
      await Promise.all(closing.map((subscription) => subscription.close()));
    },
  };
}
