import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Subscriber, Subscription } from './journal.ts';
import type { RecordedEvent } from './recorded-event.ts';

/** Committed events kept for a subscriber that is busy. One that falls further behind reads them from the log instead. */
const BUFFER_MAX_EVENTS = 8_192;

/**
 * After a subscriber failed, or where the log has nothing though its head says so: long enough not to fill the log with
 * errors, short enough to be back when the cause is.
 */
const RETRY_PAUSE_MS = 500;

export interface SubscriptionSource {
  /** The newest position that is known of. */
  readonly head: () => number;
  /** The next events after a position, at most so many, or as many as one reading gives; empty at the head. */
  readonly readAfter: (position: number, maxEvents?: number) => Promise<readonly RecordedEvent[]>;
  readonly logger: Logger;
}

interface LiveSubscription extends Subscription {
  /** New committed events, in log order and without a gap among them; what is missing before them is read from the log. */
  offer(events: readonly RecordedEvent[]): void;
  /** The source's head may have moved: reads what is missing. */
  wake(): void;
}

/** The subscribers of a log in this process. */
export interface LiveSubscriptions {
  subscribe(subscriber: Subscriber): Subscription;
  /** New committed events, to all of them. */
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

/**
 * Gives a subscriber every event once and in order: from the log while it is behind, from the commits as they happen
 * when it has caught up. A subscriber that does not return a promise is called within the commit itself, so that what
 * is folded in memory is never behind the log.
 */
function startSubscription(subscriber: Subscriber, source: SubscriptionSource): LiveSubscription {
  let position = subscriber.afterPosition;
  let buffer: RecordedEvent[] = [];
  let pump: Promise<void> | undefined;
  let isClosed = false;
  let waiting: { position: number; resolve: () => void }[] = [];

  function advance(events: readonly RecordedEvent[]): void {
    position = events.at(-1)?.position ?? position;
    if (waiting.length === 0) return;
    const reached = waiting.filter((waiter) => waiter.position <= position);
    waiting = waiting.filter((waiter) => waiter.position > position);
    for (const waiter of reached) waiter.resolve();
  }

  async function run(): Promise<void> {
    while (!isClosed) {
      try {
        const events = await next();
        if (events === undefined) return;
        if (events.length === 0) {
          await delay(RETRY_PAUSE_MS, undefined, { ref: false });
          continue;
        }
        await subscriber.onEvents(events, isMoreWaiting(events));
        advance(events);
      } catch (error) {
        source.logger.error({ err: error, subscriber: subscriber.name, position }, 'a subscriber failed; trying again');
        await delay(RETRY_PAUSE_MS, undefined, { ref: false });
      }
    }
  }

  /**
   * Undefined where there is nothing to take. From the log comes only what has not come by itself: that follows on it, and
   * is kept meanwhile.
   */
  function next(): undefined | readonly RecordedEvent[] | Promise<readonly RecordedEvent[]> {
    const [first] = buffer;
    if (first !== undefined && first.position > position + 1)
      return source.readAfter(position, first.position - position - 1);
    const events = first === undefined ? [] : buffer.slice(position + 1 - first.position);
    buffer = [];
    if (events.length > 0) return events;
    return position < source.head() ? source.readAfter(position) : undefined;
  }

  function isMoreWaiting(events: readonly RecordedEvent[]): boolean {
    return (events.at(-1)?.position ?? position) < source.head();
  }

  function wake(): void {
    if (pump !== undefined || isClosed) return;
    pump = run().finally(() => {
      pump = undefined;
      if (position < source.head() && !isClosed) wake();
    });
  }

  function offer(events: readonly RecordedEvent[]): void {
    if (isClosed) return;
    if (pump === undefined && events[0]?.position === position + 1) {
      deliverNow(events);
      return;
    }
    if (buffer.length + events.length > BUFFER_MAX_EVENTS) buffer = [];
    const end = buffer.at(-1)?.position ?? position;
    if (end + 1 === events[0]?.position || buffer.length === 0) buffer.push(...events);
    wake();
  }

  /** Caught up and idle: called within the commit; only a promise makes the rest wait. */
  function deliverNow(events: readonly RecordedEvent[]): void {
    try {
      const result = subscriber.onEvents(events, isMoreWaiting(events));
      if (result === undefined) {
        advance(events);
        return;
      }
      pump = result
        .then(
          () => advance(events),
          (error) => source.logger.error({ err: error, subscriber: subscriber.name }, 'a subscriber failed'),
        )
        .then(run)
        .finally(() => {
          pump = undefined;
          if (position < source.head() && !isClosed) wake();
        });
    } catch (error) {
      source.logger.error({ err: error, subscriber: subscriber.name, position }, 'a subscriber failed; trying again');
      wake();
    }
  }

  wake();
  return {
    offer,
    wake,
    position: () => position,
    reached(wanted) {
      if (wanted <= position) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ position: wanted, resolve }));
    },
    async close() {
      isClosed = true;
      await pump;
    },
  };
}
