import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { test } from '#testkit/test.ts';
import type { RecordedEvent } from './recorded-event.ts';
import { createSubscriptions } from './subscription.ts';

const logger = pino({ level: 'silent' });

test('a log that has less than it was said to have is asked now and then, not all the time', async () => {
  let reads = 0;
  const subscriptions = createSubscriptions({
    // As after a restore of the log from a backup.
    head: () => 1_000,
    readAfter: async () => {
      reads += 1;
      return [];
    },
    logger,
  });
  subscriptions.subscribe({ name: 'follower', afterPosition: 900, onEvents: () => undefined });
  const closed = pause(200).then(() => subscriptions.close());
  await Promise.race([closed, pause(2_000)]);
  assert.ok(reads <= 2, `asked ${reads} times in 200 ms`);
});

test('what comes while the log is read is taken as it came, and not read again', async () => {
  const log = growingLog(600);
  const reading = Promise.withResolvers<void>();
  let readings = 0;
  const subscriptions = createSubscriptions({
    head: log.head,
    async readAfter(position) {
      readings += 1;
      await reading.promise;
      return log.after(position).filter((event) => event.position <= 615);
    },
    logger,
  });
  const taken: number[] = [];
  const subscription = subscriptions.subscribe({
    name: 'follower',
    afterPosition: 500,
    onEvents: (events) => void taken.push(...events.map(({ position }) => position)),
  });
  // The read will bring half of these as well.
  for (let count = 0; count < 3; count += 1) subscriptions.offer(log.grow(10));
  reading.resolve();
  await subscription.reached(630);
  for (let count = 0; count < 3; count += 1) {
    subscriptions.offer(log.grow(10));
    await pause(1);
  }
  await subscription.reached(660);
  await subscriptions.close();
  assert.deepEqual(taken, range(501, 660));
  assert.equal(readings, 1);
});

test('the log is read up to what came by itself, and is not read for what is behind that', async () => {
  const log = growingLog(100);
  const asked: [number, number | undefined][] = [];
  const subscriptions = createSubscriptions({
    head: log.head,
    readAfter: async (position, maxEvents) => {
      asked.push([position, maxEvents]);
      return log.after(position, maxEvents);
    },
    logger,
  });
  const taken: number[] = [];
  const subscription = subscriptions.subscribe({
    name: 'follower',
    afterPosition: 100,
    onEvents: (events) => void taken.push(...events.map(({ position }) => position)),
  });
  // As after a lost message of the bus.
  log.grow(7);
  subscriptions.offer(log.grow(5));
  await subscription.reached(112);
  await subscriptions.close();
  assert.deepEqual(taken, range(101, 112));
  assert.deepEqual(asked, [[100, 7]]);
});

test('a subscriber learns whether more is waiting for it', async () => {
  const log = growingLog(25);
  const subscriptions = createSubscriptions({
    head: log.head,
    readAfter: async (position, maxEvents = 10) => log.after(position, Math.min(maxEvents, 10)),
    logger,
  });
  const calls: [number, boolean][] = [];
  const subscription = subscriptions.subscribe({
    name: 'follower',
    afterPosition: 0,
    onEvents(events, isMoreWaiting) {
      calls.push([events.length, isMoreWaiting]);
    },
  });
  await subscription.reached(25);
  await pause(1);
  subscriptions.offer(log.grow(2));
  assert.deepEqual(calls, [
    [10, true],
    [10, true],
    [5, false],
    [2, false],
  ]);
  await subscriptions.close();
});

/** A log of events that have only a position. */
function growingLog(length: number) {
  let head = length;
  const events = (from: number, to: number): RecordedEvent[] =>
    range(from, to).map((position) => ({ position }) as RecordedEvent);
  return {
    head: () => head,
    after: (position: number, maxEvents = Number.POSITIVE_INFINITY) =>
      events(position + 1, Math.min(head, position + maxEvents)),
    grow(count: number) {
      head += count;
      return events(head - count + 1, head);
    },
  };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
