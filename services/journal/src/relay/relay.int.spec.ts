import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type JetStreamClient, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { pino } from 'pino';
import type { Bus } from '#bus/connect-bus.ts';
import { committedEvents, eventStreamName } from '#bus/subjects.ts';
import { eventsFromMessage, eventsToMessage } from '#clients/journal/event-message.ts';
import { SUMMARY_HEADER } from '#clients/journal/message-summary.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { newId } from '#kernel/ids.ts';
import { revocations } from '#testkit/journal-contract.ts';
import { test } from '#testkit/test.ts';
import { appendTo, follow, PART, withRemoteLog } from '../testing.ts';
import { startRelay } from './relay.ts';

const logger = pino({ level: 'silent' });

test('events come once and in order while NATS is stopped, killed and wiped', () =>
  withRemoteLog(async ({ nats, remote, local }) => {
    const follower = follow(remote);
    await appendTo(remote, 'a');
    await follower.hasAll(1);
    await nats.stop();
    await appendTo(local, 'b');
    await nats.start();
    await follower.hasAll(2);
    await nats.stop('SIGKILL');
    await nats.wipe();
    await appendTo(local, 'c');
    await nats.start();
    await follower.hasAll(3);
    await appendTo(remote, 'd');
    await follower.hasAll(4);
  }));

/** The events on JetStream, by position. */
async function relayed(bus: Bus): Promise<number[]> {
  const manager = await jetstreamManager(bus.connection);
  const { state } = await manager.streams.info(eventStreamName(PART));
  const positions: number[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
    const message = await manager.streams.getMessage(eventStreamName(PART), { seq });
    if (message !== null) positions.push(...eventsFromMessage(message.data).map(({ position }) => position));
  }
  return positions;
}

async function untilRelayed(bus: Bus, count: number): Promise<number[]> {
  for (let tries = 0; tries < 200; tries += 1) {
    const positions = await relayed(bus).catch(() => []);
    if (positions.length >= count) return positions;
    await pause(50);
  }
  throw new Error(`JetStream never had ${count} events`);
}

test('a stream that was deleted is made again and filled from the log', () =>
  withRemoteLog(async ({ bus, local }) => {
    for (const name of ['a', 'b', 'c']) await appendTo(local, name);
    await untilRelayed(bus, 3);
    await (await jetstreamManager(bus.connection)).streams.delete(eventStreamName(PART));
    await appendTo(local, 'd');
    assert.deepEqual(await untilRelayed(bus, 4), [1, 2, 3, 4]);
  }));

test('two relays at once leave the log in order on JetStream, each event once', () =>
  withRemoteLog(async ({ bus, local }) => {
    const second = startRelay({ bus, journal: local, part: PART, replicas: 1, isLeading: () => true, logger });
    for (let burst = 0; burst < 10; burst += 1) {
      await Promise.all(Array.from({ length: 20 }, (_, index) => appendTo(local, `${burst}-${index}`)));
    }
    const positions = await untilRelayed(bus, 200);
    await second.close();
    assert.deepEqual(
      positions,
      Array.from({ length: 200 }, (_, index) => index + 1),
    );
  }));

test('a stream with more than the log has is made anew from the log', () =>
  withRemoteLog(async ({ nats, bus, local }) => {
    await appendTo(local, 'a');
    const [event] = await Array.fromAsync(local.read(0), ([first]) => first ?? assert.fail());
    await untilRelayed(bus, 1);
    // As after a restore of the log from yesterday's backup.
    const ahead = eventsToMessage([{ ...(event ?? assert.fail()), position: 7 }]);
    await jetstream(bus.connection).publish(committedEvents(PART), ahead);
    await nats.stop();
    await nats.start();
    await appendTo(local, 'b');
    await appendTo(local, 'c');
    await until(async () => (await relayed(bus).catch(() => [])).join() === '1,2,3');
  }));

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await isSo()) return;
    await pause(50);
  }
  assert.fail('it never came to be');
}

async function publishJunk(client: JetStreamClient): Promise<void> {
  await client.publish(committedEvents(PART), 'no event at all');
}

test('a message that is no event is passed over by those who follow, and the stream is made anew without it', () =>
  withRemoteLog(async ({ bus, remote, local }) => {
    const follower = follow(remote);
    await appendTo(local, 'a');
    await follower.hasAll(1);
    await publishJunk(jetstream(bus.connection));
    await appendTo(local, 'b');
    await appendTo(local, 'c');
    await follower.hasAll(3);
    await until(async () => (await relayed(bus).catch(() => [])).join() === '1,2,3');
  }));

test('a message of which nobody here wants anything is not read, and moves the position of who follows', () =>
  withRemoteLog(async ({ bus, remote, local }) => {
    const seen: number[] = [];
    const subscription = remote.subscribe({
      name: 'policy',
      afterPosition: 0,
      types: new Set(['ResourceSet'] as const),
      onEvents: (events) => void seen.push(...events.map(({ position }) => position)),
    });
    await appendTo(local, 'a');
    await subscription.reached(1);
    // Were it read, it would be found to hold no events, and the position be moved by the log's head half a second later.
    const hidden = headers();
    hidden.set(SUMMARY_HEADER, '2 2 ApiKeyRevoked');
    await jetstream(bus.connection).publish(committedEvents(PART), 'nothing to read', { headers: hidden });
    await subscription.reached(2);
    assert.equal(await local.head(), 1);
    await subscription.close();
    assert.deepEqual(seen, []);
  }));

test('bytes cross as they are hashed', () =>
  withRemoteLog(async ({ remote, local }) => {
    const seen: RecordedEvent[] = [];
    const subscription = remote.subscribe({
      name: 'bytes',
      afterPosition: 0,
      onEvents: (events) => void seen.push(...events),
    });
    await appendTo(remote, 'a');
    await subscription.reached(1);
    const [stored] = await local.readStored(0, 1);
    assert.equal(seen[0]?.body, stored?.body);
    assert.deepEqual(seen, await remote.readStream('key-a'));
  }));

test('who leaves before events come by the bus is not held up', { timeoutMs: 20_000 }, () =>
  withRemoteLog(async ({ bus, remote, local }) => {
    await appendTo(local, 'a');
    await untilRelayed(bus, 1);
    remote.subscribe({ name: 'hasty', afterPosition: 0, onEvents: () => undefined });
    const startedAtMs = performance.now();
    await remote.close();
    assert.ok(performance.now() - startedAtMs < 3_000);
  }),
);

test('a read model that is stuck keeps nothing in memory or on the bus, and loses nothing', { timeoutMs: 20_000 }, () =>
  withRemoteLog(async ({ bus, remote, local }) => {
    const stuck = Promise.withResolvers<void>();
    const seen: number[] = [];
    const subscription = remote.subscribe({
      name: 'stuck',
      afterPosition: 0,
      async onEvents(events) {
        await stuck.promise;
        seen.push(...events.map(({ position }) => position));
      },
    });
    const manager = await jetstreamManager(bus.connection);
    const consumer = () => manager.consumers.info(eventStreamName(PART), 'user-1');
    await until(() =>
      consumer().then(
        () => true,
        () => false,
      ),
    );
    for (let count = 1; count <= 10; count += 1) {
      await appendTo(local, String(count));
      await untilRelayed(bus, count);
    }
    await until(async () => {
      const { num_pending: pending, num_ack_pending: unacknowledged } = await consumer();
      return pending === 0 && unacknowledged === 0;
    });
    stuck.resolve();
    await subscription.reached(10);
    assert.deepEqual(seen, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  }),
);

test(
  'an event larger than the bus takes comes from the log, and those after it by the bus',
  { timeoutMs: 20_000 },
  () =>
    withRemoteLog(async ({ bus, remote, local }) => {
      const follower = follow(remote);
      await appendTo(local, 'a');
      const userId = 'x'.repeat(2_000_000);
      const large = {
        eventId: newId(),
        type: 'ApiKeyRevoked',
        data: { keyId: 'x', userId, revokedAtMs: '5' },
      } as const;
      await local.append({ ...revocations('x', 0, []), events: [large] });
      await appendTo(local, 'b');
      await follower.hasAll(3);
      await until(async () => (await relayed(bus)).join() === '1,3');
    }),
);

test('a relay that no longer leads leaves the stream of its successor alone', { timeoutMs: 20_000 }, () =>
  withRemoteLog(async ({ bus, local }) => {
    for (const name of ['a', 'b', 'c']) await appendTo(local, name);
    await untilRelayed(bus, 3);
    const before = await (await jetstreamManager(bus.connection)).streams.info(eventStreamName(PART));
    const behind = { head: async () => 1, subscribe: local.subscribe };
    const isLeading = (): boolean => false;
    const former = startRelay({ bus, journal: behind, part: PART, replicas: 1, isLeading, logger });
    await pause(500);
    await former.close();
    const after = await (await jetstreamManager(bus.connection)).streams.info(eventStreamName(PART));
    assert.equal(after.created, before.created);
  }),
);
