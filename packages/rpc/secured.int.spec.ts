import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { JournalService } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#contracts/gen/grpc/health/v1/health_pb.js';
import { Fault } from '#errors/fault.ts';
import { type CertificateFiles, makeCertificate } from '#testkit/temporary-authority.ts';
import { afterAll, test } from '#testkit/test.ts';
import { createGrpcClient } from './client.ts';
import { type ServedService, servedService } from './served-service.ts';
import { startGrpcServer } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'gateway-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));
const logger = { warn: () => {}, error: () => {} };
const adminToken = 'token';

const head: ServedService = servedService(JournalService, {
  head: async () => ({ position: 7n, epoch: 1 }),
  readStream: async () => ({ events: [] }),
  async *read() {},
});

test('with TLS files a caller needs a certificate of the same authority, and the server one, too', async () => {
  const [ours, theirs] = [makeCertificate(folder, 'ours'), makeCertificate(folder, 'theirs')];
  const options = { host: '127.0.0.1', port: 0, services: [head], adminToken, logger, tls: ours };
  const server = await startGrpcServer(options);
  const position = async (tls: CertificateFiles | undefined): Promise<bigint> => {
    const client = createGrpcClient(JournalService, { addresses: [server.address], adminToken, tls });
    try {
      return (await client.calls.head({}, { timeoutMs: 2_000 })).position;
    } finally {
      client.close();
    }
  };
  assert.equal(await position(ours), 7n);
  await assert.rejects(position(undefined), Fault, 'in plain text');
  await assert.rejects(position(theirs), Fault, 'of another authority');
  await assert.rejects(
    position({ ...theirs, caFile: ours.caFile }),
    Fault,
    'trusting the server, with a certificate the server does not trust',
  );
  await assert.rejects(position({ ...ours, caFile: theirs.caFile }), Fault, 'not trusting the server');
  await server.drain();
});

test('a certificate of our authority is enough for a connection to stay, whatever it is asked', async () => {
  const tls = makeCertificate(folder, 'staying');
  const server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [head],
    adminToken,
    logger,
    tls,
    connectionBounds: { authenticationTimeoutMs: 500 },
  });
  const health = createGrpcClient(Health, { addresses: [server.address], adminToken: '', tls });
  const watching = health.calls.watch({})[Symbol.asyncIterator]();
  assert.equal((await watching.next()).value?.status, ServingStatus.SERVING);
  const [host, port] = server.address.split(':');
  const stranger = connect(Number(port), host);
  await once(stranger.resume(), 'close');
  void server.drain();
  assert.equal((await watching.next()).value?.status, ServingStatus.NOT_SERVING);
  health.close();
  await server.drain();
});

test('tools can ask what is served', async () => {
  const options = { host: '127.0.0.1', port: 0, services: [head], adminToken, logger, withReflection: true };
  const server = await startGrpcServer(options);
  const client = new Client(server.address, credentials.createInsecure());
  // ServerReflectionRequest { list_services: "" }; the answer's names stand in it as text.
  const call = client.makeBidiStreamRequest(
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    (bytes: Buffer) => bytes,
    (bytes: Buffer) => bytes,
  );
  call.write(Buffer.from([0x3a, 0x00]));
  const [answer] = await Array.fromAsync(call.take(1));
  assert.ok(String(answer).includes('gateway.journal.v1.JournalService'));
  assert.ok(String(answer).includes('grpc.health.v1.Health'));
  call.end();
  client.close();
  await server.drain();
});
