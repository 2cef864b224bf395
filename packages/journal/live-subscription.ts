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

export interface LiveSubscription extends Subscription {
  /** New committed events, in log order and without a gap among them; what is missing before them is read from the log. */
  offer(events: readonly RecordedEvent[]): void;
  /** The source's head may have moved: reads what is missing. */
  wake(): void;
}

/** What a subscriber has, and what waits for it. */
interface Delivery {
  readonly subscriber: Subscriber;
  readonly source: SubscriptionSource;
  /** The subscriber has everything up to here. */
  position: number;
  /** Committed events that came while the subscriber was busy, without a gap among them. */
  buffer: RecordedEvent[];
  /** Deliveries under way; undefined: the subscriber is idle. */
  pump: Promise<void> | undefined;
  isClosed: boolean;
  waiting: { readonly position: number; readonly resolve: () => void }[];
}

/**
 * Gives a subscriber every event once and in order: from the log while it is behind, from the commits as they happen
 * when it has caught up. A subscriber that does not return a promise is called within the commit itself, so that what
 * is folded in memory is never behind the log.
 */
export function startSubscription(subscriber: Subscriber, source: SubscriptionSource): LiveSubscription {
  const delivery: Delivery = {
    subscriber,
    source,
    position: subscriber.afterPosition,
    buffer: [],
    pump: undefined,
    isClosed: false,
    waiting: [],
  };
  wake(delivery);
  return {
    offer: (events) => offer(delivery, events),
    wake: () => wake(delivery),
    position: () => delivery.position,
    reached(position) {
      if (position <= delivery.position) return Promise.resolve();
      return new Promise((resolve) => delivery.waiting.push({ position, resolve }));
    },
    async close() {
      delivery.isClosed = true;
      await delivery.pump;
    },
  };
}

function offer(delivery: Delivery, events: readonly RecordedEvent[]): void {
  if (delivery.isClosed) return;
  if (delivery.pump === undefined && events[0]?.position === delivery.position + 1) {
    deliverNow(delivery, events);
    return;
  }
  if (delivery.buffer.length + events.length > BUFFER_MAX_EVENTS) delivery.buffer = [];
  const { buffer } = delivery;
  const end = buffer.at(-1)?.position ?? delivery.position;
  if (end + 1 === events[0]?.position || buffer.length === 0) buffer.push(...events);
  wake(delivery);
}

/** Caught up and idle: called within the commit; only a promise makes the rest wait. */
function deliverNow(delivery: Delivery, events: readonly RecordedEvent[]): void {
  try {
    const taking = delivery.subscriber.onEvents(events, isMoreWaiting(delivery, events));
    if (taking === undefined) advance(delivery, events);
    else delivery.pump = finishTaking(delivery, taking, events).finally(() => pumpEnded(delivery));
  } catch (error) {
    logFailure(delivery, error);
    wake(delivery);
  }
}

async function finishTaking(
  delivery: Delivery,
  taking: Promise<void>,
  events: readonly RecordedEvent[],
): Promise<void> {
  try {
    await taking;
    advance(delivery, events);
  } catch (error) {
    logFailure(delivery, error);
  }
  await catchUp(delivery);
}

function wake(delivery: Delivery): void {
  if (delivery.pump !== undefined || delivery.isClosed) return;
  delivery.pump = catchUp(delivery).finally(() => pumpEnded(delivery));
}

function pumpEnded(delivery: Delivery): void {
  delivery.pump = undefined;
  if (delivery.position < delivery.source.head() && !delivery.isClosed) wake(delivery);
}

async function catchUp(delivery: Delivery): Promise<void> {
  while (!delivery.isClosed) {
    try {
      const events = await nextEvents(delivery);
      if (events === undefined) return;
      if (events.length === 0) {
        await delay(RETRY_PAUSE_MS, undefined, { ref: false });
        continue;
      }
      await delivery.subscriber.onEvents(events, isMoreWaiting(delivery, events));
      advance(delivery, events);
    } catch (error) {
      logFailure(delivery, error);
      await delay(RETRY_PAUSE_MS, undefined, { ref: false });
    }
  }
}

/**
 * Undefined where there is nothing to take. From the log comes only what has not come by itself: that follows on it, and
 * is kept meanwhile.
 */
function nextEvents(delivery: Delivery): undefined | readonly RecordedEvent[] | Promise<readonly RecordedEvent[]> {
  const { position, buffer, source } = delivery;
  const [first] = buffer;
  if (first !== undefined && first.position > position + 1)
    return source.readAfter(position, first.position - position - 1);
  const events = first === undefined ? [] : buffer.slice(position + 1 - first.position);
  delivery.buffer = [];
  if (events.length > 0) return events;
  return position < source.head() ? source.readAfter(position) : undefined;
}

function isMoreWaiting({ position, source }: Delivery, events: readonly RecordedEvent[]): boolean {
  return (events.at(-1)?.position ?? position) < source.head();
}

function advance(delivery: Delivery, events: readonly RecordedEvent[]): void {
  const position = events.at(-1)?.position ?? delivery.position;
  delivery.position = position;
  if (delivery.waiting.length === 0) return;
  const reached = delivery.waiting.filter((waiter) => waiter.position <= position);
  delivery.waiting = delivery.waiting.filter((waiter) => waiter.position > position);
  for (const waiter of reached) waiter.resolve();
}

function logFailure({ source, subscriber, position }: Delivery, error: unknown): void {
  source.logger.error({ err: error, subscriber: subscriber.name, position }, 'a subscriber failed; trying again');
}
