import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { createKeyHasher } from '#api-keys/api-key.ts';
import { connectBus } from '#bus/connect-bus.ts';
import { streams } from '#contracts/streams.ts';
import { connectJournal } from '#journal/remote/connect-journal.ts';
import { newId } from '#kernel/ids.ts';
import { resourceToJson } from '#registry/changes.ts';
import { type AnyResource, emptyResource } from '#registry/kinds.ts';
import { createLogger } from '#telemetry/logger.ts';
import { borrowNats } from '#testkit/borrowed-nats.ts';
import { startDistributedGateway } from '#testkit/distributed-gateway.ts';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { test } from '#testkit/test.ts';
import { startSimulator } from '../../tools/simulator/src/simulator.ts';
import { configure } from './support/over-http.ts';

const CHANGES = 10;

/** From a change's commit until every ingress acts on it; half of the changes have to keep to it on a machine that is busy. */
const FELT_WITHIN_MS = 100;

const POLL_MS = 5;

const KEY_PEPPER = 'cd'.repeat(32);
const API_KEY = `ak_${'c'.repeat(64)}`;
const KEY_ID = 'key-of-the-test';
const USER_ID = 'user-of-the-test';

test('a key that is paused or resumed is so at each ingress within 100 ms of the commit', async () => {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await temporaryDataDir()).path;
  const simulator = undo.adopt(await startSimulator(), (each) => each.close());
  const environment = await configure(folder, simulator.url, { environment: { GATEWAY_KEY_PEPPER: KEY_PEPPER } });
  const database = undo.use(await createTemporaryDatabase());
  const nats = undo.use(await borrowNats());
  const gateway = undo.use(
    await startDistributedGateway({
      databaseUrl: database.connectionString,
      natsUrl: nats.url,
      environment,
      areLeadersTogether: true,
      processes: { ingress: 2 },
    }),
  );
  const logger = createLogger({ level: 'silent', service: 'test' });
  const bus = await connectBus({ servers: [nats.url], name: 'test', logger });
  undo.defer(() => bus.close());
  const peer = { addresses: gateway.grpcAddresses.split(','), adminToken: gateway.adminToken, tls: undefined };
  const journal = connectJournal({ bus, peer, part: 0, consumer: 'test', logger });
  undo.defer(() => journal.close());

  let keyVersion = 0;
  async function set(resource: AnyResource, expectedVersion: number): Promise<void> {
    const data = { resource: resourceToJson(resource), setAtMs: String(Date.now()) };
    await journal.append({
      stream: streams.resource(resource.case, resource.value.id),
      expectedVersion,
      events: [{ eventId: newId(), type: 'ResourceSet', data } as never],
      correlationId: '',
      causationId: '',
    });
  }
  const setKey = async (status: string): Promise<void> => {
    const keyHash = createKeyHasher(KEY_PEPPER)(API_KEY);
    const value = { ...emptyResource('key', KEY_ID), userId: USER_ID, status, keyHash };
    await set({ case: 'key', value }, keyVersion++);
  };
  const ask = async (url: string): Promise<number> => {
    const answer = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${API_KEY}` } });
    await answer.arrayBuffer();
    return answer.status;
  };
  const untilFelt = async (url: string, status: number): Promise<number> => {
    const committedAtMs = performance.now();
    // With a pause, so that it is not the asking that keeps the ingress from the event.
    while ((await ask(url)) !== status) await pause(POLL_MS);
    return performance.now() - committedAtMs;
  };

  await set({ case: 'user', value: { ...emptyResource('user', USER_ID), status: 'active' } }, 0);
  await setKey('active');
  await Promise.all(gateway.urls.map((url) => untilFelt(url, 200)));
  const slowestMs: number[] = [];
  for (let change = 0; change < CHANGES; change += 1) {
    const isPause = change % 2 === 0;
    await setKey(isPause ? 'paused' : 'active');
    const tookMs = await Promise.all(gateway.urls.map((url) => untilFelt(url, isPause ? 401 : 200)));
    slowestMs.push(Math.max(...tookMs));
  }
  const median = slowestMs.toSorted((a, b) => a - b)[CHANGES / 2] ?? Number.NaN;
  assert.equal(gateway.urls.length, 2);
  assert.ok(median < FELT_WITHIN_MS, `felt after ${slowestMs.map((ms) => Math.round(ms)).join(', ')} ms`);
});
