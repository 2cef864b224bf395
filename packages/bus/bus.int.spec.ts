import assert from 'node:assert/strict';
import dns from 'node:dns';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { headers } from '@nats-io/transport-node';
import { spyOn } from 'jest-mock';
import { pino } from 'pino';
import { Fault } from '#errors/fault.ts';
import { startTemporaryNats, type TemporaryNats } from '#testkit/temporary-nats.ts';
import { test } from '#testkit/test.ts';
import { BusFault } from './bus-fault.ts';
import { type Bus, type BusMessage, connectBus } from './connect-bus.ts';
import { persistentRequest } from './persistent-request.ts';

const logger = pino({ level: 'silent' });
const persistence = { budgetMs: 4_000, tryTimeoutMs: 1_000, pauseMs: 50 };

async function withBus(use: (bus: Bus, nats: TemporaryNats) => Promise<void>): Promise<void> {
  await using nats = await startTemporaryNats();
  const bus = await connectBus({ servers: [nats.url], name: 'test', logger });
  await use(bus, nats);
  await bus.close();
}

test('a bus that is away holds up nobody who leaves it', { timeoutMs: 20_000 }, () =>
  withBus(async (bus, nats) => {
    const responder = bus.respond('a.subject', () => undefined);
    await nats.stop('SIGKILL');
    const startedAtMs = performance.now();
    await responder.close();
    await bus.close();
    assert.ok(performance.now() - startedAtMs < 3_000);
  }),
);

test('a bus whose name is gone holds up nobody who leaves it', { timeoutMs: 20_000 }, async () => {
  await using nats = await startTemporaryNats();
  const bus = await connectBus({ servers: [`localhost:${nats.port}`], name: 'test', logger });
  const early = bus.respond('a.subject', () => undefined);
  const late = bus.respond('another.subject', () => undefined);
  const unknown = spyOn(dns, 'lookup').mockImplementation(((...args: unknown[]) => {
    const answer = args.at(-1) as (error: Error) => void;
    setImmediate(answer, Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
  }) as typeof dns.lookup);
  try {
    await nats.signal('SIGSTOP');
    const closing = early.close();
    await nats.stop('SIGKILL');
    while (bus.isConnected() || unknown.mock.calls.length === 0) await nextTurn();
    await Promise.all([closing, late.close()]);
    await bus.close();
  } finally {
    unknown.mockRestore();
  }
});

test('a bus that has fallen silent holds up nobody who leaves it', { timeoutMs: 20_000 }, () =>
  withBus(async (bus, nats) => {
    bus.respond('a.subject', () => undefined);
    await nats.signal('SIGSTOP');
    const startedAtMs = performance.now();
    await bus.close();
    // As long as the connection takes to notice.
    assert.ok(performance.now() - startedAtMs < 6_000);
    await nats.signal('SIGCONT');
  }),
);

test('a message larger than the bus takes is refused at once, clearly, and harms no other', { timeoutMs: 20_000 }, () =>
  withBus(async (bus) => {
    bus.respond('a.subject', (message) => message.respond('yes'));
    const startedAtMs = performance.now();
    const tooLarge = persistentRequest(bus, 'a.subject', new Uint8Array(2 * 1024 * 1024), persistence);
    await assert.rejects(tooLarge, (thrown) => thrown instanceof Fault && thrown.code === 'body_too_large');
    assert.ok(performance.now() - startedAtMs < 1_000);
    const { message } = await persistentRequest(bus, 'a.subject', 'small', persistence);
    assert.equal(new TextDecoder().decode(message.data), 'yes');
  }),
);

test('an answer that comes after its time comes to nobody, and holds up nothing', { timeoutMs: 20_000 }, () =>
  withBus(async (bus) => {
    const held: BusMessage[] = [];
    bus.respond('a.subject', (message) => void held.push(message));
    await assert.rejects(bus.request('a.subject', '', 100), BusFault);
    held[0]?.respond('late');
    await bus.connection.flush();
    const next = bus.request('a.subject', '', 1_000);
    while (held.length < 2) await nextTurn();
    held[1]?.respond('in time');
    assert.equal(new TextDecoder().decode((await next).data), 'in time');
  }),
);

test('what an earlier version says ahead of its answer is not taken for the answer', { timeoutMs: 20_000 }, () =>
  withBus(async (bus) => {
    bus.connection.subscribe('a.subject', {
      callback(_error, message) {
        const early = headers();
        early.set('Gateway-Early', '1');
        message.respond('not durable', { headers: early });
        message.respond('durable');
      },
    });
    const { data } = await bus.request('a.subject', '', 1_000);
    assert.equal(new TextDecoder().decode(data), 'durable');
  }),
);

test('where there is no connection nothing is kept for later', { timeoutMs: 20_000 }, () =>
  withBus(async (bus, nats) => {
    const heard: string[] = [];
    bus.respond('a.subject', (message) => {
      heard.push(new TextDecoder().decode(message.data));
      message.respond('');
    });
    await bus.request('a.subject', 'first', 1_000);
    await nats.stop();
    while (bus.isConnected()) await nextTurn();
    await assert.rejects(bus.request('a.subject', 'lost', 1_000), BusFault);
    await nats.start();
    while (!bus.isConnected()) await nextTurn();
    await bus.request('a.subject', 'second', 1_000);
    assert.deepEqual(heard, ['first', 'second']);
  }),
);

test('a request under way settles when the bus is closed', { timeoutMs: 20_000 }, () =>
  withBus(async (bus) => {
    bus.respond('a.subject', () => undefined);
    const silent = assert.rejects(bus.request('a.subject', '', 60_000), BusFault);
    await bus.close();
    await silent;
  }),
);

test('an answer larger than the bus takes ends nobody', { timeoutMs: 20_000 }, () =>
  withBus(async (bus) => {
    bus.respond('a.subject', (message) => {
      message.respond(new Uint8Array(2 * 1024 * 1024));
      message.respond('small');
    });
    const { data } = await bus.request('a.subject', '', 1_000);
    assert.equal(new TextDecoder().decode(data), 'small');
  }),
);
