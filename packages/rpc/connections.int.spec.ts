import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import type { Fault } from '#errors/fault.ts';
import { afterAll, test } from '#testkit/test.ts';
import { createGrpcClient } from './client.ts';
import type { ConnectionBounds } from './limits.ts';
import { servedService } from './served-service.ts';
import { startGrpcServer } from './server.ts';

const adminToken = 'test-admin-token';

async function serve(bounds: Partial<ConnectionBounds>, warnings: unknown[] = []) {
  const server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [
      servedService(JournalService, {
        head: async () => ({ position: 7n, epoch: 1 }),
        readStream: async () => ({ events: [] }),
        async *read(_request, { signal }) {
          yield { events: [] };
          if (!signal.aborted) await once(signal, 'abort');
        },
      }),
    ],
    adminToken,
    logger: { warn: (...line: unknown[]) => void warnings.push(line), error: () => undefined },
    connectionBounds: bounds,
    drainTimeoutMs: 500,
  });
  afterAll(() => server.drain());
  return server.address;
}

/** Sockets that send nothing. */
async function silent(address: string, count: number): Promise<Socket[]> {
  const [host = '', port] = address.split(':');
  const sockets = Array.from({ length: count }, () => connect(Number(port), host));
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
  });
  await Promise.all(
    sockets.map((socket) => {
      // Some of those that are closed at once are reset.
      socket.on('error', () => undefined);
      socket.resume();
      return Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    }),
  );
  return sockets;
}

const isOpen = (socket: Socket): boolean => !socket.destroyed;

async function untilTrue(what: string, check: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 20_000; Date.now() < endMs; await pause(10)) if (check()) return;
  assert.fail(`waited too long for ${what}`);
}

function clientOf(address: string, token = adminToken) {
  const client = createGrpcClient(JournalService, { addresses: [address], adminToken: token });
  afterAll(client.close);
  return client.calls;
}

test('connections that say nothing are few, the oldest goes for a new one, and a caller with the token gets in', async () => {
  const address = await serve({ strangersPerClientMax: 8 });
  const sockets = await silent(address, 100);
  await untilTrue('all but eight to be closed', () => sockets.filter(isOpen).length <= 8);
  assert.equal((await clientOf(address).head({})).position, 7n);
  const [last] = await silent(address, 1);
  assert.ok(last !== undefined && isOpen(last));
});

test('a connection whose caller does not authenticate in time is closed; one whose caller has stays', async () => {
  const address = await serve({ authenticationTimeoutMs: 500 });
  const calls = clientOf(address);
  const reading = calls.read({ fromPosition: 1n })[Symbol.asyncIterator]();
  await reading.next();
  const [socket] = await silent(address, 1);
  assert.ok(socket !== undefined);
  const http2 = connectHttp2(`http://${address}`);
  http2.on('error', () => undefined);
  const watch = http2.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Watch',
    'content-type': 'application/grpc',
  });
  watch.on('error', () => undefined);
  watch.end(Buffer.alloc(5));
  await once(watch, 'data');
  // A call that anyone may make keeps no connection open.
  await Promise.all([once(socket, 'close'), once(http2, 'close')]);
  const state = await Promise.race([reading.next().then(() => 'over', String), pause(100, 'reading')]);
  assert.equal(state, 'reading', 'the caller is older than both');
});

test('a caller that asks nothing for long is let go; one that reads a long answer is not', async () => {
  const address = await serve({ idleMaxMs: 300 });
  const metadata = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/grpc', ':method': 'POST' };
  const [asking, reading] = ['Head', 'Read'].map((method) => {
    const session = connectHttp2(`http://${address}`);
    // The server's stop cuts it off.
    session.on('error', () => undefined);
    const stream = session.request({ ...metadata, ':path': `/gateway.journal.v1.JournalService/${method}` });
    stream.on('error', () => undefined);
    stream.end(Buffer.alloc(5));
    return { session, stream: stream.resume() };
  });
  assert.ok(asking !== undefined && reading !== undefined);
  await once(asking.session, 'close');
  assert.ok(!reading.session.closed && !reading.stream.closed);
});

test('a stranger that sends more than a handshake and some questions is closed', async () => {
  const address = await serve({ strangerMaxBytes: 50_000, authenticationTimeoutMs: 60_000 });
  const http2 = connectHttp2(`http://${address}`);
  http2.on('error', () => undefined);
  const stream = http2.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
  });
  stream.on('error', () => undefined);
  // A message of 4 MB that never ends.
  stream.write(Buffer.concat([Buffer.from([0, 0, 0x3f, 0xff, 0xff]), Buffer.alloc(100_000)]));
  await once(http2, 'close');
});

test('all connections together are bounded, and a stranger goes for a caller', async () => {
  const address = await serve({ connectionsMax: 4, strangersPerClientMax: 100 });
  const sockets = await silent(address, 20);
  await untilTrue('all but four to be closed', () => sockets.filter(isOpen).length <= 4);
  assert.equal((await clientOf(address).head({})).position, 7n);
});

test('wrong tokens are refused without an answer about the request, then throttled and reported once; the right one passes', async () => {
  const warnings: unknown[] = [];
  const address = await serve({}, warnings);
  const wrong = clientOf(address, 'wrong-admin-token');
  const codes: string[] = [];
  for (let tries = 0; tries < 40; tries += 1) {
    await wrong.head({}).catch((fault: Fault) => codes.push(fault.code));
  }
  assert.equal(codes[0], 'invalid_admin_token');
  assert.equal(codes.at(-1), 'rate_limit_exceeded');
  assert.ok(codes.filter((code) => code === 'invalid_admin_token').length <= 25, codes.join());
  await assert.rejects(wrong.head({}), (fault: Fault) => (fault.refusal.retryAfterMs ?? 0) > 0);
  assert.equal((await clientOf(address).head({})).position, 7n);
  const reports = warnings.filter((line) => JSON.stringify(line).includes('too many wrong admin tokens'));
  assert.deepEqual(reports, [[{ address: '127.0.0.1' }, 'too many wrong admin tokens from one address']]);
  assert.ok(!JSON.stringify(warnings).includes('wrong-admin-token'));
});
