import { setTimeout as pause } from 'node:timers/promises';
import type { Subscriber, Subscription } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';

/** Before the same events are given again to a subscriber that threw. */
const RETRY_PAUSE_MS = 20;
/** At most this many events in one call. */
const BATCH_EVENTS = 512;

/** A subscription over a log in memory; `wake` is to be called after each append. */
export function createMemorySubscription(
  log: readonly RecordedEvent[],
  subscriber: Subscriber,
  onClose: () => void,
): { subscription: Subscription; wake: () => void } {
  let taken = subscriber.afterPosition;
  let isClosed = false;
  let pumping: Promise<void> | null = null;
  let waiting: { position: number; resolve: () => void }[] = [];

  async function pump(): Promise<void> {
    // An append never waits for its subscribers, and none of them runs inside it.
    await Promise.resolve();
    while (!isClosed && taken < log.length) {
      const batch = log.slice(taken, taken + BATCH_EVENTS);
      try {
        const { types } = subscriber;
        const wanted = types === undefined ? batch : batch.filter(({ type }) => types.has(type));
        if (wanted.length > 0) await subscriber.onEvents(wanted, taken + batch.length < log.length);
      } catch (thrown) {
        console.error(`subscriber ${subscriber.name} failed, the same events are given again`, thrown);
        await pause(RETRY_PAUSE_MS);
        continue;
      }
      taken += batch.length;
      for (const waiter of waiting) if (waiter.position <= taken) waiter.resolve();
      waiting = waiting.filter((waiter) => waiter.position > taken);
    }
    pumping = null;
  }

  const wake = () => {
    if (!isClosed && !pumping) pumping = pump();
  };

  const subscription: Subscription = {
    position: () => taken,
    reached: (position) =>
      position <= taken ? Promise.resolve() : new Promise((resolve) => waiting.push({ position, resolve })),
    async close() {
      isClosed = true;
      onClose();
      await pumping;
    },
  };
  return { subscription, wake };
}
