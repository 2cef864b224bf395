import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import type { EventType } from '#contracts/events.ts';
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

/** A follower of policy, of a log with 100 events of requests. */
function policyFollower(onRead: () => Promise<void> = async () => undefined) {
  const log = growingLog(100, 'RequestAdmitted');
  const asked: [number, number | undefined][] = [];
  const subscriptions = createSubscriptions({
    head: log.head,
    async readAfter(position, maxEvents) {
      asked.push([position, maxEvents]);
      await onRead();
      return log.after(position, maxEvents);
    },
    logger,
  });
  const taken: number[] = [];
  const subscription = subscriptions.subscribe({
    name: 'follower',
    afterPosition: 100,
    types: new Set(['ResourceSet']),
    onEvents: (events) => void taken.push(...events.map(({ position }) => position)),
  });
  /** New events of requests, as a message that nobody reads. */
  const passed = (count: number): void => {
    const events = log.grow(count);
    subscriptions.pass(events[0]?.position ?? 0, events.at(-1)?.position ?? 0);
  };
  return { log, asked, subscriptions, subscription, taken, passed };
}

test('a subscriber is moved over what it does not want, without a reading of the log', async () => {
  const { log, asked, subscriptions, subscription, taken, passed } = policyFollower();
  await pause(1);
  assert.deepEqual([subscriptions.wants('ResourceSet'), subscriptions.wants('RequestAdmitted')], [true, false]);
  passed(5);
  assert.equal(subscription.position(), 105);
  subscriptions.offer(log.grow(2, 'ResourceSet'));
  passed(3);
  await subscription.reached(110);
  await subscriptions.close();
  assert.deepEqual([taken, asked], [[106, 107], []]);
});

test('a subscriber that missed something before what it does not want reads it from the log, and loses nothing', async () => {
  const { log, asked, subscriptions, subscription, taken, passed } = policyFollower();
  await pause(1);
  // As after a lost message of the bus.
  log.grow(7, 'ResourceSet');
  passed(5);
  await subscription.reached(112);
  // What was taken, or passed, comes once more.
  subscriptions.pass(108, 112);
  subscriptions.pass(101, 104);
  await pause(1);
  await subscriptions.close();
  assert.deepEqual(taken, range(101, 107));
  assert.equal(asked.length, 1);
});

test('a subscriber that is busy when it is moved goes on with the log', async () => {
  const reading = Promise.withResolvers<void>();
  const { log, subscriptions, subscription, taken, passed } = policyFollower(() => reading.promise);
  await pause(1);
  log.grow(1, 'ResourceSet');
  subscriptions.wake();
  passed(4);
  subscriptions.offer(log.grow(1, 'ResourceSet'));
  reading.resolve();
  await subscription.reached(106);
  await subscriptions.close();
  assert.deepEqual(taken, [101, 106]);
});

/** A log of events that have only a position and a type. */
function growingLog(length: number, usualType: EventType = 'ApiKeyRevoked') {
  let head = length;
  const types = new Map<number, EventType>();
  const events = (from: number, to: number): RecordedEvent[] =>
    range(from, to).map((position) => ({ position, type: types.get(position) ?? usualType }) as RecordedEvent);
  return {
    head: () => head,
    after: (position: number, maxEvents = Number.POSITIVE_INFINITY) =>
      events(position + 1, Math.min(head, position + maxEvents)),
    grow(count: number, type = usualType) {
      for (const position of range(head + 1, head + count)) types.set(position, type);
      head += count;
      return events(head - count + 1, head);
    },
  };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
