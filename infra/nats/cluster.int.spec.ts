import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { eventStreamName } from '#bus/subjects.ts';
import { startDistributedGateway } from '#testkit/distributed-gateway.ts';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { programNames } from '#testkit/service-process.ts';
import { startTemporaryNatsCluster } from '#testkit/temporary-nats-cluster.ts';
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
const passwordOf = (service: string): string => `secret-of-${service}`;
const { servers, urls, caFile } = undo.use(
  await startTemporaryNatsCluster(
    Object.fromEntries(programNames.map((service) => [`NATS_${service.toUpperCase()}_PASSWORD`, passwordOf(service)])),
  ),
);
const gateway = undo.use(
  await startDistributedGateway({
    databaseUrl: database.connectionString,
    natsUrl: urls.join(','),
    environment: {
      ...(await configure(folder, simulator.url, {})),
      NATS_CA: caFile,
      NATS_REPLICAS: '3',
    },
    environmentOf: Object.fromEntries(
      programNames.map((service) => [service, { NATS_USER: service, NATS_PASSWORD: passwordOf(service) }]),
    ),
  }),
);
const stack = undo.move();
afterAll(() => stack.disposeAsync());

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
    servers: [...urls],
    user: 'journal',
    pass: passwordOf('journal'),
    tls: { caFile },
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
