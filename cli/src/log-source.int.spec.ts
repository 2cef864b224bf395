import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import { type GrpcServer, startGrpcServer } from '#rpc/server.ts';
import { sampleLog } from '#testkit/sample-log.ts';
import { test } from '#testkit/test.ts';
import { journalService } from '../../services/journal/src/api/journal-service.ts';
import { gatewayLog } from './log-source.ts';

const adminToken = 'the-admin-token';
const log = sampleLog();

interface Served {
  readonly server: GrpcServer;
  /** Positions after which it was asked. */
  readonly asked: number[];
}

/** A journal process; one with `waitsAfter` gives the events up to there, and then none until it is stopped. */
async function serve(
  options: { readonly waitsAfter?: number; readonly drainTimeoutMs?: number } = {},
): Promise<Served> {
  const { waitsAfter, drainTimeoutMs = 50 } = options;
  const asked: number[] = [];
  const server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    adminToken,
    logger: { warn: () => undefined, error: () => undefined },
    drainTimeoutMs,
    services: [
      journalService({
        async readStored(after, limit) {
          asked.push(after);
          if (waitsAfter === after) await new Promise(() => undefined);
          return log.slice(after, Math.min(after + limit, waitsAfter ?? log.length));
        },
        readStoredStream: async () => [],
        head: () => ({ position: log.length, epoch: 1, chain: log.at(-1)?.chain ?? assert.fail() }),
      }),
    ],
  });
  return { server, asked };
}

async function readAll(addresses: readonly string[], onBatch: () => void = () => undefined): Promise<StoredEvent[]> {
  const source = gatewayLog({ addresses, adminToken });
  const events: StoredEvent[] = [];
  try {
    for await (const batch of source.read(1)) {
      events.push(...batch);
      onBatch();
    }
  } finally {
    source.close();
  }
  return events;
}

test('a read whose server stops midway goes on where it was on the next, each event once', {
  timeoutMs: 20_000,
}, async () => {
  const first = await serve({ waitsAfter: 7 });
  const second = await serve();
  const events = await readAll([first.server.address, second.server.address], () => void first.server.drain());
  assert.deepEqual(events, log);
  assert.deepEqual(first.asked, [0, 7]);
  assert.deepEqual(second.asked, [7]);
  await second.server.drain();
});

test('a read waits for a successor that takes some seconds to lead', { timeoutMs: 20_000 }, async () => {
  const first = await serve({ waitsAfter: 7 });
  const port = Number(first.server.address.split(':')[1]);
  let successor: Promise<GrpcServer> | undefined;
  const events = await readAll([first.server.address], () => {
    successor ??= first.server.drain().then(async () => {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      return successorAt(port);
    });
  });
  assert.deepEqual(events, log);
  await (await successor)?.drain();
});

test('a read of which nobody is left to go on fails within a bound', { timeoutMs: 60_000 }, async () => {
  const only = await serve({ waitsAfter: 7 });
  const startedAtMs = performance.now();
  await assert.rejects(
    readAll([only.server.address], () => void only.server.drain()),
    (thrown) => thrown instanceof Fault && thrown.code === 'unavailable',
  );
  assert.ok(performance.now() - startedAtMs < 20_000);
});

test('a gateway that is not there is told of at once', async () => {
  const gone = await serve();
  await gone.server.drain();
  const startedAtMs = performance.now();
  await assert.rejects(readAll([gone.server.address]), Fault);
  assert.ok(performance.now() - startedAtMs < 2_000);
});

async function successorAt(port: number): Promise<GrpcServer> {
  return startGrpcServer({
    host: '127.0.0.1',
    port,
    adminToken,
    logger: { warn: () => undefined, error: () => undefined },
    services: [
      journalService({
        readStored: async (after, limit) => log.slice(after, after + limit),
        readStoredStream: async () => [],
        head: () => ({ position: log.length, epoch: 1, chain: log.at(-1)?.chain ?? assert.fail() }),
      }),
    ],
  });
}
