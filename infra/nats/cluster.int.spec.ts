import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { eventStreamName } from '#bus/subjects.ts';
import { startDistributedGateway } from '#testkit/distributed-gateway.ts';
import { findProgram } from '#testkit/find-program.ts';
import { freePort } from '#testkit/free-port.ts';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { type ServerProcess, serverProcess } from '#testkit/server-process.ts';
import { serviceNames } from '#testkit/service-process.ts';
import { makeCertificate } from '#testkit/temporary-authority.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { afterAll, test } from '#testkit/test.ts';
import { configure, overHttp } from '../../tests/e2e/support/over-http.ts';
import { startSimulator } from '../../tools/simulator/src/simulator.ts';

/** What a client takes for an outage begins here. */
const BACK_WITHIN_MS = 5_000;

await using undo = new AsyncDisposableStack();
const folder = undo.use(await temporaryDataDir()).path;
const database = undo.use(await createTemporaryDatabase());
const simulator = undo.adopt(await startSimulator(), (each) => each.close());
const certificate = makeCertificate(folder, 'nats');
const passwordOf = (service: string): string => `secret-of-${service}`;
const places = await Promise.all([1, 2, 3].map(async () => ({ client: await freePort(), route: await freePort() })));
const servers = await Promise.all(places.map((_, index) => clusterServer(index)));
// One alone takes no client until it knows a second.
await Promise.all(servers.map((server) => server.start()));
for (const server of servers) undo.defer(() => server.stop('SIGKILL'));
const urls = places.map(({ client }) => `tls://127.0.0.1:${client}`);
const gateway = undo.use(
  await startDistributedGateway({
    databaseUrl: database.connectionString,
    natsUrl: urls.join(','),
    environment: {
      ...(await configure(folder, simulator.url, {})),
      NATS_CA: certificate.caFile,
      NATS_REPLICAS: '3',
    },
    environmentOf: Object.fromEntries(
      serviceNames.map((service) => [service, { NATS_USER: service, NATS_PASSWORD: passwordOf(service) }]),
    ),
  }),
);
const stack = undo.move();
afterAll(() => stack.disposeAsync());

/** One of the three as cluster.conf has it, but for its ports and paths, which are other on one machine. */
async function clusterServer(index: number): Promise<ServerProcess> {
  const home = join(folder, `nats-${index}`);
  await mkdir(home);
  const source = (file: string): Promise<string> => readFile(fileURLToPath(new URL(file, import.meta.url)), 'utf8');
  const { client, route } = places[index] ?? assert.fail();
  const configuration = (await source('cluster.conf'))
    .replaceAll(/^#.*$/gm, '')
    .replace('port: 4222', `host: 127.0.0.1\nport: ${client}`)
    .replace('http: 127.0.0.1:8222\n', '')
    .replace('port: 6222', `host: 127.0.0.1\n  port: ${route}`)
    .replace('store_dir: /data', `store_dir: ${home}`)
    .replaceAll('/etc/nats/tls/server.pem', certificate.certFile)
    .replaceAll('/etc/nats/tls/server.key', certificate.keyFile)
    .replaceAll('/etc/nats/tls/ca.pem', certificate.caFile);
  assert.doesNotMatch(configuration, /\/etc\/nats|6222|\/data\b/, 'the file has what this test does not know');
  await writeFile(join(home, 'cluster.conf'), configuration);
  await writeFile(join(home, 'permissions.conf'), await source('permissions.conf'));
  const program = process.env['TEST_NATS_SERVER'] || findProgram('nats-server', 'nats-server');
  return serverProcess(client, program, ['-c', join(home, 'cluster.conf')], {
    NATS_SERVER_NAME: `nats-${index}`,
    NATS_ROUTES: JSON.stringify(places.map((place) => `nats://127.0.0.1:${place.route}`)),
    ...Object.fromEntries(
      serviceNames.map((service) => [`NATS_${service.toUpperCase()}_PASSWORD`, passwordOf(service)]),
    ),
  });
}

test('each server of a cluster is killed in turn: requests go on, each is charged once, events are on all three', async () => {
  const { customer, settled } = overHttp(() => ({ url: gateway.urls[0] ?? '', adminToken: gateway.adminToken }));
  const { client, balance } = await customer();
  const ask = () =>
    client.chat.completions.create(
      { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] },
      { maxRetries: 0, timeout: BACK_WITHIN_MS },
    );
  await ask();
  await settled();
  const { charged: price } = await balance();
  assert.ok(price > 0n);
  let attempts = 1n;
  let answered = 1n;
  for (const [index, server] of servers.entries()) {
    await server.stop('SIGKILL');
    const killedAtMs = performance.now();
    for (;;) {
      const isAnswered = await ask().then(
        () => true,
        () => false,
      );
      attempts += 1n;
      if (isAnswered) break;
      assert.ok(performance.now() - killedAtMs < BACK_WITHIN_MS, `not served again after server ${index} was killed`);
    }
    answered += 1n;
    await ask();
    attempts += 1n;
    answered += 1n;
    await server.start();
    await untilWhole();
  }
  await settled();
  const { charged } = await balance();
  // What was answered is charged once. One whose client gave up before its answer may be as well: its provider was asked.
  assert.equal(charged % price, 0n);
  assert.ok(
    charged >= answered * price && charged <= attempts * price,
    `${charged / price} of ${answered} to ${attempts}`,
  );
});

/** Waits until the events' stream has three copies that are up to date. */
async function untilWhole(): Promise<void> {
  const connection = await connect({
    servers: urls,
    user: 'journal',
    pass: passwordOf('journal'),
    tls: { caFile: certificate.caFile },
  });
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    for (const endMs = performance.now() + 30_000; performance.now() < endMs; await pause(100)) {
      const info = await manager.streams.info(eventStreamName(0)).catch(() => undefined);
      const copies = info?.cluster?.replicas ?? [];
      if (info?.cluster?.leader && copies.length === 2 && copies.every(({ current }) => current)) return;
    }
    assert.fail('the stream never had three copies that are up to date');
  } finally {
    await connection.close();
  }
}
