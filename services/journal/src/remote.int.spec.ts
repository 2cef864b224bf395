import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type JetStreamClient, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { pino } from 'pino';
import { type Bus, connectBus } from '#bus/connect-bus.ts';
import { committedEvents, durableNotice, eventStreamName } from '#bus/subjects.ts';
import { Fault } from '#errors/fault.ts';
import { noticesFromMessage } from '#journal/durable-notice.ts';
import { eventsFromMessage, eventsToMessage } from '#journal/event-message.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { connectJournal, type RemoteJournal } from '#journal/remote/connect-journal.ts';
import { newId } from '#kernel/ids.ts';
import { beginTerm } from '#leadership/begin-term.ts';
import { startGrpcServer } from '#rpc/server.ts';
import { revocations, testJournalContract } from '#testkit/journal-contract.ts';
import { startTemporaryNats, type TemporaryNats } from '#testkit/temporary-nats.ts';
import { startAppendResponder } from './api/append-responder.ts';
import { journalService } from './api/journal-service.ts';
import type { LocalJournal } from './journal.ts';
import { startRelay } from './relay/relay.ts';
import { withTemporaryLog } from './testing.ts';

const PART = 0;
const logger = pino({ level: 'silent' });

interface World {
  readonly nats: TemporaryNats;
  readonly bus: Bus;
  readonly local: LocalJournal;
  readonly remote: RemoteJournal;
  /** The leader answers while this is true. */
  lead(isLeading: boolean): void;
}

/** A journal process and a process that uses it, over a real NATS and gRPC. */
async function withRemoteLog(use: (world: World) => Promise<void>): Promise<void> {
  await withTemporaryLog(async (log) => {
    await using stack = new AsyncDisposableStack();
    const nats = stack.use(await startTemporaryNats());
    const connect = async (name: string): Promise<Bus> => {
      const bus = await connectBus({ servers: [nats.url], name, logger });
      stack.defer(() => bus.close());
      return bus;
    };
    const [bus, userBus, local] = [await connect('journal'), await connect('user'), await log.open()];
    let isLeading = true;
    const responder = startAppendResponder({ bus, part: PART, journal: local, isLeading: () => isLeading, logger });
    stack.defer(() => responder.close());
    // Else a first try finds nobody, and what the second is told is another answer.
    await bus.connection.flush();
    const relay = startRelay({ bus, journal: local, part: PART, replicas: 1, isLeading: () => true, logger });
    stack.defer(() => relay.close());
    const ports = { readStored: local.readStored, readStoredStream: local.readStoredStream, head: local.logHead };
    const server = await startGrpcServer({
      host: '127.0.0.1',
      port: 0,
      services: [journalService(ports)],
      adminToken: 'token',
      logger,
    });
    stack.defer(() => server.drain());
    const peer = { addresses: [server.address], adminToken: 'token' };
    const remote = connectJournal({ bus: userBus, peer, part: PART, consumer: 'user-1', logger });
    stack.defer(() => remote.close());
    await use({ nats, bus, local, remote, lead: (leads) => (isLeading = leads) });
  });
}

testJournalContract('NATS and gRPC', (use) => withRemoteLog(({ remote }) => use(remote)), { isInProcess: false });

const append = (journal: Pick<RemoteJournal, 'append'>, name: string) =>
  journal.append(revocations(name, 0, [newId()]));

/** Follows the log from the start; every position has to come once and in order. */
function follow(journal: RemoteJournal) {
  const seen: number[] = [];
  const subscription = journal.subscribe({
    name: 'follower',
    afterPosition: 0,
    onEvents: (events) => void seen.push(...events.map((event) => event.position)),
  });
  return {
    async hasAll(count: number) {
      await subscription.reached(count);
      assert.deepEqual(
        seen,
        Array.from({ length: count }, (_, index) => index + 1),
      );
    },
  };
}

test('an append that nobody answers is repeated until somebody does, and is written once', () =>
  withRemoteLog(async ({ remote, local, lead }) => {
    lead(false);
    const waiting = append(remote, 'a');
    await pause(1_500);
    lead(true);
    assert.deepEqual(await waiting, { kind: 'appended', position: 1, isRepeat: false });
    assert.equal(await local.head(), 1);
  }));

test('an append while the bus is away ends in a clear no, and the same one after it is written', () =>
  withRemoteLog(async ({ nats, remote }) => {
    const request = revocations('a', 0, [newId()]);
    await nats.stop();
    await assert.rejects(remote.append(request), (thrown) => thrown instanceof Fault && thrown.code === 'unavailable');
    await nats.start();
    assert.equal((await remote.append(request)).kind, 'appended');
  }));

test('events come once and in order while NATS is stopped, killed and wiped', () =>
  withRemoteLog(async ({ nats, remote, local }) => {
    const follower = follow(remote);
    await append(remote, 'a');
    await follower.hasAll(1);
    await nats.stop();
    await append(local, 'b');
    await nats.start();
    await follower.hasAll(2);
    await nats.stop('SIGKILL');
    await nats.wipe();
    await append(local, 'c');
    await nats.start();
    await follower.hasAll(3);
    await append(remote, 'd');
    await follower.hasAll(4);
  }));

/** What JetStream has, by position. */
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
    for (const name of ['a', 'b', 'c']) await append(local, name);
    await untilRelayed(bus, 3);
    await (await jetstreamManager(bus.connection)).streams.delete(eventStreamName(PART));
    await append(local, 'd');
    assert.deepEqual(await untilRelayed(bus, 4), [1, 2, 3, 4]);
  }));

test('two relays at once leave the log in order on JetStream, each event once', () =>
  withRemoteLog(async ({ bus, local }) => {
    const second = startRelay({ bus, journal: local, part: PART, replicas: 1, isLeading: () => true, logger });
    for (let burst = 0; burst < 10; burst += 1) {
      await Promise.all(Array.from({ length: 20 }, (_, index) => append(local, `${burst}-${index}`)));
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
    await append(local, 'a');
    const [event] = await Array.fromAsync(local.read(0), ([first]) => first ?? assert.fail());
    await untilRelayed(bus, 1);
    // As after a log was brought back from yesterday's backup.
    const ahead = eventsToMessage([{ ...(event ?? assert.fail()), position: 7 }]);
    await jetstream(bus.connection).publish(committedEvents(PART), ahead);
    await nats.stop();
    await nats.start();
    await append(local, 'b');
    await append(local, 'c');
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
    await append(local, 'a');
    await follower.hasAll(1);
    await publishJunk(jetstream(bus.connection));
    await append(local, 'b');
    await append(local, 'c');
    await follower.hasAll(3);
    await until(async () => (await relayed(bus).catch(() => [])).join() === '1,2,3');
  }));

test('what an append given up on may still become is settled before its stream is read', () =>
  withRemoteLog(async ({ remote, lead, local }) => {
    const request = revocations('a', 0, [newId()]);
    lead(false);
    await assert.rejects(remote.append(request), Fault);
    lead(true);
    // As the leader would, had it been the answer that was lost.
    void local.append(request);
    assert.equal((await remote.readStream('key-a')).length, 1);
  }));

/** Hears what the writer tells `listener`. */
async function listen(bus: Bus): Promise<string[]> {
  const heard: string[] = [];
  bus.respond(durableNotice(PART, 'listener'), ({ data }) => void heard.push(...noticesFromMessage(data)));
  await bus.connection.flush();
  return heard;
}

const told = (name: string) => ({ ...revocations(name, 0, [newId()]), noticeTo: 'listener' });

test('a listener is told what is durable, of one commit together, and its author learns it from the events', () =>
  withRemoteLog(async ({ bus, remote }) => {
    const heard = await listen(bus);
    follow(remote);
    const requests = ['a', 'b', 'c'].map(told);
    const results = await Promise.all(requests.map((request) => remote.append(request)));
    assert.deepEqual(
      results,
      [1, 2, 3].map((position) => ({ kind: 'appended', position, isRepeat: false })),
    );
    assert.deepEqual(
      heard,
      requests.map(({ events }) => `${events[0]?.eventId}/0`),
    );
  }));

test('the term an event was written in is told with it', () =>
  withRemoteLog(async ({ bus, remote }) => {
    const heard = await listen(bus);
    follow(remote);
    const leader = { service: 'quota', holder: 'me', isHeld: () => true, onSuperseded: assert.ifError };
    const term = await beginTerm({ journal: remote, ...leader });
    const request = told('a');
    await term.journal.append(request);
    assert.deepEqual(heard, [`${request.events[0]?.eventId}/${term.epoch}`]);
  }));

test('of an append that is not new nobody is told: whoever sent it is answered', () =>
  withRemoteLog(async ({ bus, local, remote }) => {
    const heard = await listen(bus);
    const request = told('a');
    await local.append(request);
    assert.deepEqual(await remote.append(request), { kind: 'appended', position: 1, isRepeat: true });
    assert.deepEqual(await remote.append(told('a')), { kind: 'version-conflict', actualVersion: 1 });
    assert.deepEqual(heard, []);
  }));

test('an append whose author sees no events is asked for again, and is the first anybody hears of it', () =>
  withRemoteLog(async ({ bus, local, remote }) => {
    const heard = await listen(bus);
    const request = told('a');
    assert.deepEqual(await remote.append(request), { kind: 'appended', position: 1, isRepeat: false });
    assert.deepEqual(heard, [`${request.events[0]?.eventId}/0`]);
    assert.equal(await local.head(), 1);
  }));

test('an append that is to be told and that nobody hears is repeated until it is written', () =>
  withRemoteLog(async ({ remote, local, lead }) => {
    lead(false);
    const waiting = remote.append(told('a'));
    await pause(1_500);
    lead(true);
    assert.deepEqual(await waiting, { kind: 'appended', position: 1, isRepeat: false });
    assert.equal(await local.head(), 1);
  }));

test('a listener that is no name is refused, so that nobody has the writer speak on a subject of theirs', () =>
  withRemoteLog(async ({ local, remote }) => {
    for (const noticeTo of ['', 'a.b', '*', '>', 'a b', 'x'.repeat(65)]) {
      const refused = remote.append({ ...told('a'), noticeTo });
      await assert.rejects(refused, (thrown) => thrown instanceof Fault && thrown.code === 'invalid_request', noticeTo);
    }
    assert.equal(await local.head(), 0);
  }));

test('bytes cross as they are hashed', () =>
  withRemoteLog(async ({ remote, local }) => {
    const seen: RecordedEvent[] = [];
    const subscription = remote.subscribe({
      name: 'bytes',
      afterPosition: 0,
      onEvents: (events) => void seen.push(...events),
    });
    await append(remote, 'a');
    await subscription.reached(1);
    const [stored] = await local.readStored(0, 1);
    assert.equal(seen[0]?.body, stored?.body);
    assert.deepEqual(seen, await remote.readStream('key-a'));
  }));

test('who leaves before events come by the bus is not held up', { timeout: 20_000 }, () =>
  withRemoteLog(async ({ bus, remote, local }) => {
    await append(local, 'a');
    await untilRelayed(bus, 1);
    remote.subscribe({ name: 'hasty', afterPosition: 0, onEvents: () => undefined });
    const startedAtMs = performance.now();
    await remote.close();
    assert.ok(performance.now() - startedAtMs < 3_000);
  }),
);

test('a read model that is stuck keeps nothing in memory or on the bus, and loses nothing', { timeout: 20_000 }, () =>
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
      await append(local, String(count));
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

test('an event larger than the bus takes comes from the log, and those after it by the bus', { timeout: 20_000 }, () =>
  withRemoteLog(async ({ bus, remote, local }) => {
    const follower = follow(remote);
    await append(local, 'a');
    const userId = 'x'.repeat(2_000_000);
    const large = { eventId: newId(), type: 'ApiKeyRevoked', data: { keyId: 'x', userId, revokedAtMs: '5' } } as const;
    await local.append({ ...revocations('x', 0, []), events: [large] });
    await append(local, 'b');
    await follower.hasAll(3);
    await until(async () => (await relayed(bus)).join() === '1,3');
  }),
);

test('a relay that no longer leads leaves the stream of its successor alone', { timeout: 20_000 }, () =>
  withRemoteLog(async ({ bus, local }) => {
    for (const name of ['a', 'b', 'c']) await append(local, name);
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

test('a term begins however many there were, more than are read in one answer', { timeout: 60_000 }, () =>
  withRemoteLog(async ({ remote, local }) => {
    const epochs = 25_000;
    const began = (epoch: number) =>
      ({ eventId: newId(), type: 'TermBegan', data: { service: 'quota', epoch, holder: 'a' } }) as const;
    const stream = 'term-quota';
    for (let epoch = 0; epoch < epochs; epoch += 500) {
      const events = Array.from({ length: 500 }, (_, index) => began(epoch + index + 1));
      await local.append({ stream, expectedVersion: epoch, correlationId: '', causationId: '', events });
    }
    const term = await beginTerm({
      journal: remote,
      service: 'quota',
      holder: 'b',
      isHeld: () => true,
      onSuperseded: assert.ifError,
    });
    assert.equal(term.epoch, epochs + 1);
    await term.journal.append(revocations('a', 0, [newId()]));
  }),
);
