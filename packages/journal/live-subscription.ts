import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Subscriber, Subscription } from './journal.ts';
import type { RecordedEvent } from './recorded-event.ts';

/** The most committed events kept for a busy subscriber. A subscriber that falls further behind reads from the log. */
const BUFFER_MAX_EVENTS = 8_192;

/**
 * The pause after a subscriber failed, or after the log gave nothing although its head says otherwise. Long enough not
 * to fill the logs with errors, short enough to go on soon once the cause is gone.
 */
const RETRY_PAUSE_MS = 500;

export interface SubscriptionSource {
  /** The newest known position. */
  readonly head: () => number;
  /** The next events after a position: at most so many, or as many as one reading gives. Empty at the head. */
  readonly readAfter: (position: number, maxEvents?: number) => Promise<readonly RecordedEvent[]>;
  readonly logger: Logger;
}

export interface LiveSubscription extends Subscription {
  /**
   * Takes new committed events, in log order and without a gap among them. The subscription reads events missing before
   * them from the log.
   */
  offer(events: readonly RecordedEvent[]): void;
  /** Whether the subscriber wants events of a type. */
  wants(type: string): boolean;
  /** Committed events from one position to another, none of which the subscriber wants. */
  pass(firstPosition: number, lastPosition: number): void;
  /** The source's head may have moved: reads the missing events. */
  wake(): void;
}

/** A subscriber's place, and the events that wait for it. */
interface Delivery {
  readonly subscriber: Subscriber;
  readonly source: SubscriptionSource;
  /** The subscriber has everything up to here. */
  position: number;
  /** Committed events that came while the subscriber was busy, without a gap among them. */
  buffer: RecordedEvent[];
  /** The running deliveries; undefined if the subscriber is idle. */
  pump: Promise<void> | undefined;
  isClosed: boolean;
  waiting: { readonly position: number; readonly resolve: () => void }[];
}

/**
 * Gives a subscriber every event once and in order: from the log while the subscriber is behind, and from the commits
 * as they happen once it has caught up. A subscriber that does not return a promise is called within the commit itself,
 * so that a fold in memory is never behind the log.
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
    wants: (type) => wants(subscriber, type),
    pass: (firstPosition, lastPosition) => pass(delivery, firstPosition, lastPosition),
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

/** The log has them for a subscriber that is busy, or behind. */
function pass(delivery: Delivery, firstPosition: number, lastPosition: number): void {
  if (delivery.isClosed) return;
  if (delivery.pump === undefined && firstPosition === delivery.position + 1) advance(delivery, lastPosition);
  else if (lastPosition > delivery.position) wake(delivery);
}

function wants({ types }: Subscriber, type: string): boolean {
  return types === undefined || (types as ReadonlySet<string>).has(type);
}

/** The events that the subscriber wants: the very array where it wants them all. */
function wanted({ subscriber }: Delivery, events: readonly RecordedEvent[]): readonly RecordedEvent[] {
  if (events.every(({ type }) => wants(subscriber, type))) return events;
  return events.filter(({ type }) => wants(subscriber, type));
}

/** Calls the subscriber, unless there is nothing for it. */
function give(delivery: Delivery, events: readonly RecordedEvent[]): void | Promise<void> {
  const own = wanted(delivery, events);
  if (own.length > 0) return delivery.subscriber.onEvents(own, isMoreWaiting(delivery, events));
}

/** The subscriber is caught up and idle, so it is called within the commit. Only a promise makes later events wait. */
function deliverNow(delivery: Delivery, events: readonly RecordedEvent[]): void {
  try {
    const taking = give(delivery, events);
    if (taking === undefined) advance(delivery, lastOf(delivery, events));
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
    advance(delivery, lastOf(delivery, events));
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
      await give(delivery, events);
      advance(delivery, lastOf(delivery, events));
    } catch (error) {
      logFailure(delivery, error);
      await delay(RETRY_PAUSE_MS, undefined, { ref: false });
    }
  }
}

/**
 * Undefined if there is nothing to take. The log provides only events that do not come by themselves; those that come
 * follow on them and are kept meanwhile.
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

function isMoreWaiting(delivery: Delivery, events: readonly RecordedEvent[]): boolean {
  return lastOf(delivery, events) < delivery.source.head();
}

function lastOf({ position }: Delivery, events: readonly RecordedEvent[]): number {
  return events.at(-1)?.position ?? position;
}

function advance(delivery: Delivery, position: number): void {
  delivery.position = position;
  if (delivery.waiting.length === 0) return;
  const reached = delivery.waiting.filter((waiter) => waiter.position <= position);
  delivery.waiting = delivery.waiting.filter((waiter) => waiter.position > position);
  for (const waiter of reached) waiter.resolve();
}

function logFailure({ source, subscriber, position }: Delivery, error: unknown): void {
  source.logger.error({ err: error, subscriber: subscriber.name, position }, 'a subscriber failed; trying again');
}
