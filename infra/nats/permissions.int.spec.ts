import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { BusFault } from '#bus/bus-fault.ts';
import { type Bus, connectBus } from '#bus/connect-bus.ts';
import { journalAppend, quotaAdmit } from '#bus/subjects.ts';
import { type DistributedGateway, startDistributedGateway } from '#testkit/distributed-gateway.ts';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { type ProgramName, programNames, type ServiceName } from '#testkit/service-process.ts';
import { startTemporaryNats } from '#testkit/temporary-nats.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { afterAll, test } from '#testkit/test.ts';
import { configure, overHttp } from '../../tests/e2e/support/over-http.ts';
import { startSimulator } from '../../tools/simulator/src/simulator.ts';

/** A NATS with all users, a password each, and a gateway whose processes are those users. */
async function installed(undo: AsyncDisposableStack, areLeadersTogether: boolean) {
  const folder = undo.use(await temporaryDataDir()).path;
  const database = undo.use(await createTemporaryDatabase());
  const simulator = undo.adopt(await startSimulator(), (each) => each.close());
  const nats = undo.use(
    await startTemporaryNats({
      hasPermissions: true,
      environment: Object.fromEntries(
        programNames.map((name) => [`NATS_${name.toUpperCase()}_PASSWORD`, passwordOf(name)]),
      ),
    }),
  );
  const gateway = undo.use(
    await startDistributedGateway({
      databaseUrl: database.connectionString,
      natsUrl: nats.url,
      environment: await configure(folder, simulator.url, {}),
      environmentOf: Object.fromEntries(
        programNames.map((name) => [name, { NATS_USER: name, NATS_PASSWORD: passwordOf(name) }]),
      ),
      areLeadersTogether,
    }),
  );
  return { nats, gateway };
}

const passwords = new Map(programNames.map((name) => [name, `secret${randomBytes(8).toString('hex')}`]));
const passwordOf = (name: ProgramName): string => passwords.get(name) ?? '';

await using undo = new AsyncDisposableStack();
const { nats, gateway: apart } = await installed(undo, false);
const stack = undo.move();
afterAll(() => stack.disposeAsync());

test('each service has the rights it needs: a request is admitted, answered, charged, and its key revoked at once', () =>
  isServed(apart));

test('the four leaders in one process, as one user, have the rights they need', async () => {
  await using own = new AsyncDisposableStack();
  await isServed((await installed(own, true)).gateway);
});

async function isServed(gateway: DistributedGateway): Promise<void> {
  const { customer, settled, admin } = overHttp(() => ({ url: gateway.urls[0] ?? '', adminToken: gateway.adminToken }));
  const { client, keyId, balance } = await customer();
  const ask = () =>
    client.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] });
  await ask();
  await settled();
  assert.ok((await balance()).charged > 0n);
  await admin.call('POST', `/admin/api-keys/${keyId}/revoke`);
  await assert.rejects(ask(), /401/);
  const refused = gateway.processes.flatMap(({ instance, lines }) =>
    lines.filter((line) => /Permissions? Violation/i.test(line)).map((line) => `${instance}: ${line}`),
  );
  assert.deepEqual(refused, []);
}

async function busOf(user: ServiceName): Promise<Bus> {
  const password = passwordOf(user);
  return connectBus({ servers: [nats.url], user, password, name: user, logger: pino({ level: 'silent' }) });
}

test('and none that it does not need: only quota answers admissions, only the journal appends', async () => {
  const [router, ingress] = [await busOf('router'), await busOf('ingress')];
  const refusal = (thrown: unknown): boolean => thrown instanceof BusFault;
  await assert.rejects(router.request(quotaAdmit(0), '{}', 500), refusal, 'a router admits nothing');
  await assert.rejects(ingress.request(journalAppend(0), '{}', 500), refusal, 'an ingress appends nothing');
  let overheard = 0;
  ingress.respond(quotaAdmit(0), () => (overheard += 1));
  await router.close();
  const second = await busOf('ingress');
  await second.request(quotaAdmit(0), '{}', 2_000);
  assert.equal(overheard, 0, 'who may ask may not listen');
  await Promise.all([ingress.close(), second.close()]);
});
