import assert from 'node:assert/strict';
import { once } from 'node:events';
import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import { ProjectionsService } from '#contracts/gen/gateway/projections/v1/projections_pb.js';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#contracts/gen/grpc/health/v1/health_pb.js';
import { Fault } from '#errors/fault.ts';
import { afterAll, test } from '#testkit/test.ts';
import { createGrpcClient } from './client.ts';
import { type ServiceHandlers, servedService } from './served-service.ts';
import { startGrpcServer } from './server.ts';

const adminToken = 'test-admin-token';
const hasCode = (code: string) => (thrown: unknown) => thrown instanceof Fault && thrown.code === code;

/** Answers by its request, so that each test says in the request what it needs. */
const handlers: ServiceHandlers<typeof JournalService> = {
  head: async () => ({ position: 2n ** 53n + 1n, epoch: 7, chain: Buffer.from([1, 2, 3]) }),
  async *read(request, { signal }) {
    for (let position = request.fromPosition; position < 1000n; position++) {
      if (signal.aborted) return;
      if (position === 900n) throw new Fault({ code: 'unavailable', message: 'The log went away.' });
      yield { events: [{ position, body: 'x'.repeat(50_000) }] };
    }
  },
  readStream: async ({ stream }) => {
    throw new Fault({ code: 'not_found', message: `No stream ${stream}.`, param: 'stream' });
  },
};
const replays: ServiceHandlers<typeof ProjectionsService> = {
  replay: async (_request, { signal }) => {
    replayStarted.resolve(signal);
    if (!signal.aborted) await once(signal, 'abort');
    return {};
  },
  listProjections: async () => {
    throw new Error('something private');
  },
};
let replayStarted = Promise.withResolvers<AbortSignal>();

const failures: unknown[] = [];
const logger = { warn: () => {}, error: (fields: unknown) => failures.push(fields) };
const server = await startGrpcServer({
  host: '127.0.0.1',
  port: 0,
  services: [servedService(JournalService, handlers), servedService(ProjectionsService, replays)],
  adminToken,
  logger,
  drainTimeoutMs: 1_000,
});
const { calls, close } = createGrpcClient(JournalService, { addresses: [server.address], adminToken });
const projections = createGrpcClient(ProjectionsService, { addresses: [server.address], adminToken });
afterAll(async () => {
  close();
  projections.close();
  await server.drain();
});

test('a unary call carries 64-bit numbers and bytes there and back', async () => {
  const head = await calls.head({});
  assert.equal(head.position, 2n ** 53n + 1n);
  assert.deepEqual(Buffer.from(head.chain), Buffer.from([1, 2, 3]));
});

test('a stream longer than every buffer arrives whole and in order', async () => {
  let expected = 1n;
  const read = async (): Promise<void> => {
    for await (const { events } of calls.read({ fromPosition: 1n })) {
      assert.equal(events[0]?.position, expected);
      expected++;
    }
  };
  await assert.rejects(read, hasCode('unavailable'));
  assert.equal(expected, 900n, 'the failure comes after all that was sent before it');
});

test('a stream that ends well ends the iteration', async () => {
  const positions: bigint[] = [];
  for await (const { events } of calls.read({ fromPosition: 998n })) positions.push(events[0]?.position ?? 0n);
  assert.deepEqual(positions, [998n, 999n]);
});

test('a reader that stops early leaves nothing running', async () => {
  for await (const { events } of calls.read({ fromPosition: 1n })) {
    assert.equal(events.length, 1);
    break;
  }
  assert.equal((await calls.head({})).epoch, 7);
});

test('a fault reaches the caller with its code, message and field', async () => {
  await assert.rejects(calls.readStream({ stream: 'request-x' }), (thrown: unknown) => {
    assert.ok(thrown instanceof Fault);
    assert.deepEqual(thrown.refusal, { code: 'not_found', message: 'No stream request-x.', param: 'stream' });
    return true;
  });
});

test('an unforeseen error is internal to the caller and whole in the log', async () => {
  await assert.rejects(projections.calls.listProjections({}), (thrown: unknown) => {
    assert.ok(thrown instanceof Fault);
    assert.equal(thrown.code, 'internal_error');
    assert.doesNotMatch(thrown.message, /private/);
    return true;
  });
  assert.match(String((failures.at(-1) as { err: Error }).err), /something private/);
});

test('a call past its deadline ends as a timeout, and the handler is told', async () => {
  replayStarted = Promise.withResolvers();
  await assert.rejects(projections.calls.replay({}, { timeoutMs: 200 }), hasCode('request_timeout'));
  const signal = await replayStarted.promise;
  if (!signal.aborted) await once(signal, 'abort');
});

test('an aborted call ends, and the handler is told', async () => {
  replayStarted = Promise.withResolvers();
  const controller = new AbortController();
  const call = projections.calls.replay({}, { signal: controller.signal });
  const signal = await replayStarted.promise;
  controller.abort();
  await assert.rejects(call, hasCode('client_gone'));
  if (!signal.aborted) await once(signal, 'abort');
});

test('without the admin token, or with a wrong one, nothing is answered', async () => {
  for (const wrong of ['', 'test-admin-toke', 'test-admin-token2']) {
    const client = createGrpcClient(JournalService, { addresses: [server.address], adminToken: wrong });
    await assert.rejects(client.calls.head({}), hasCode('invalid_admin_token'));
    await assert.rejects(async () => {
      for await (const _ of client.calls.read({ fromPosition: 1n })) assert.fail('an event was given away');
    }, hasCode('invalid_admin_token'));
    client.close();
  }
});

test('a message over the limit is refused', async () => {
  await assert.rejects(calls.readStream({ stream: 'x'.repeat(5 * 1024 * 1024) }), hasCode('body_too_large'));
});

test('a server that is not there is unavailable', async () => {
  const other = await startGrpcServer({ host: '127.0.0.1', port: 0, services: [], adminToken, logger });
  await other.drain();
  const client = createGrpcClient(JournalService, { addresses: [other.address], adminToken });
  await assert.rejects(client.calls.head({}), hasCode('unavailable'));
  client.close();
});

test('an address that is taken is a clear error', async () => {
  const port = Number(server.address.split(':')[1]);
  const start = startGrpcServer({ host: '127.0.0.1', port, services: [], adminToken, logger });
  await assert.rejects(start, /cannot listen on 127\.0\.0\.1/);
});

test('health is told to anyone, and turns when the server drains', async () => {
  const draining = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [servedService(JournalService, handlers)],
    adminToken,
    logger,
  });
  const health = createGrpcClient(Health, { addresses: [draining.address], adminToken: '' });
  assert.equal((await health.calls.check({ service: '' })).status, ServingStatus.SERVING);
  assert.equal((await health.calls.check({ service: JournalService.typeName })).status, ServingStatus.SERVING);
  await assert.rejects(health.calls.check({ service: 'no.Such' }), hasCode('not_found'));
  const seen: ServingStatus[] = [];
  for await (const { status } of health.calls.watch({ service: '' })) {
    seen.push(status);
    if (status === ServingStatus.SERVING) void draining.drain();
  }
  assert.deepEqual(seen, [ServingStatus.SERVING, ServingStatus.NOT_SERVING]);
  health.close();
  await draining.drain();
});

test('a server that retires waits for its calls, not for a reader that stays, nor long for a call that hangs', async () => {
  const asking = Promise.withResolvers<void>();
  const mayAnswer = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  const retiring = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [
      servedService(JournalService, {
        ...handlers,
        async head() {
          asking.resolve();
          await mayAnswer.promise;
          return { position: 7n };
        },
        async *read() {
          yield { events: [] };
          await mayEnd.promise;
        },
      }),
    ],
    adminToken,
    logger,
  });
  const { calls: asked, close: leave } = createGrpcClient(JournalService, {
    addresses: [retiring.address],
    adminToken,
  });
  const reading = asked.read({ fromPosition: 1n })[Symbol.asyncIterator]();
  await reading.next();
  const answer = asked.head({});
  await asking.promise;
  const startedAtMs = performance.now();
  await retiring.retire();
  const hungForMs = performance.now() - startedAtMs;
  assert.ok(hungForMs > 400 && hungForMs < 2_000, `${hungForMs} ms`);
  const retired = retiring.retire();
  mayAnswer.resolve();
  assert.equal((await answer).position, 7n);
  await retired;
  mayEnd.resolve();
  assert.equal((await reading.next()).done, true);
  leave();
  await retiring.drain();
});

test('draining lets a running call end and cuts one that does not', async () => {
  replayStarted = Promise.withResolvers();
  const stuck = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [servedService(ProjectionsService, replays)],
    adminToken,
    logger,
    drainTimeoutMs: 100,
  });
  const client = createGrpcClient(ProjectionsService, { addresses: [stuck.address], adminToken });
  const call = client.calls.replay({}, { timeoutMs: 60_000 });
  const outcome = assert.rejects(call, Fault);
  await replayStarted.promise;
  await stuck.drain();
  await outcome;
  client.close();
});

/** A server that answers the head with `position`, or stands by. */
async function headServer(position: bigint, isServing = () => true) {
  return startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [servedService(JournalService, { ...handlers, head: async () => ({ position }) })],
    adminToken,
    logger,
    isServing,
  });
}

test('the one of two servers that leads is found, also after they have changed places', async () => {
  let leader = 1;
  const first = await headServer(1n, () => leader === 1);
  const second = await headServer(2n, () => leader === 2);
  const client = createGrpcClient(JournalService, { addresses: [first.address, second.address], adminToken });
  for (const expected of [1, 1, 2, 1, 2]) {
    leader = expected;
    assert.equal((await client.calls.head({})).position, BigInt(expected));
  }
  leader = 0;
  await assert.rejects(client.calls.head({}), hasCode('unavailable'));
  client.close();
  await Promise.all([first.drain(), second.drain()]);
});

test('of equals each has its turn, and one that is gone is passed over', async () => {
  const first = await headServer(1n);
  const second = await headServer(2n);
  const addresses = [first.address, second.address];
  const client = createGrpcClient(JournalService, { addresses, adminToken, policy: 'round-robin' });
  const ask = async () => (await client.calls.head({})).position;
  assert.deepEqual(new Set([await ask(), await ask()]), new Set([1n, 2n]));
  await first.drain();
  for (let calls = 0; calls < 4; calls++) assert.equal(await ask(), 2n);
  client.close();
  await second.drain();
});

test('a standby says so to whoever asks after its health', async () => {
  const standby = await headServer(1n, () => false);
  const health = createGrpcClient(Health, { addresses: [standby.address], adminToken: '' });
  assert.equal((await health.calls.check({})).status, ServingStatus.NOT_SERVING);
  health.close();
  await standby.drain();
});
