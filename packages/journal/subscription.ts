import type { Subscriber, Subscription } from './journal.ts';
import { type LiveSubscription, type SubscriptionSource, startSubscription } from './live-subscription.ts';
import type { RecordedEvent } from './recorded-event.ts';

/** The subscribers of a log in this process. */
export interface LiveSubscriptions {
  subscribe(subscriber: Subscriber): Subscription;
  /** Passes new committed events to all subscribers. */
  offer(events: readonly RecordedEvent[]): void;
  /** Whether any subscriber wants events of a type. */
  wants(type: string): boolean;
  /** Moves all subscribers over new committed events that none of them wants. */
  pass(firstPosition: number, lastPosition: number): void;
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
    wants: (type) => open.values().some((subscription) => subscription.wants(type)),
    pass(firstPosition, lastPosition) {
      for (const subscription of open) subscription.pass(firstPosition, lastPosition);
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
