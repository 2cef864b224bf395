import { randomBytes } from 'node:crypto';
import { createKeyHasher } from '#api-keys/api-key.ts';
import { connectBus } from '#bus/connect-bus.ts';
import { connectJournal } from '#clients/journal/connect-journal.ts';
import { streams } from '#contracts/streams.ts';
import { newId } from '#kernel/ids.ts';
import { resourceToJson } from '#registry/changes.ts';
import type { AnyResource } from '#registry/kinds.ts';
import { createLogger } from '#telemetry/logger.ts';
import { borrowNats } from '#testkit/borrowed-nats.ts';
import { startDistributedGateway } from '#testkit/distributed-gateway.ts';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { borrowRedis } from '#testkit/temporary-redis.ts';
import { startSimulator } from '../../../tools/simulator/src/simulator.ts';
import { configure, overHttp } from './over-http.ts';

/** A gateway of two ingresses that share a Redis, whose policy a test writes into the log itself. */
export interface TwoIngresses extends AsyncDisposable, ReturnType<typeof overHttp> {
  /** Of each ingress. */
  readonly urls: readonly string[];
  /** Under the gateway's pepper. */
  hashKey(apiKey: string): string;
  /** Resolves when the resource is committed. */
  set(resource: AnyResource): Promise<void>;
}

export async function startTwoIngresses(): Promise<TwoIngresses> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await temporaryDataDir()).path;
  const simulator = undo.adopt(await startSimulator(), (each) => each.close());
  const keyPepper = randomBytes(32).toString('hex');
  const environment = await configure(folder, simulator.url, { environment: { GATEWAY_KEY_PEPPER: keyPepper } });
  const database = undo.use(await createTemporaryDatabase());
  const nats = undo.use(await borrowNats());
  const redis = undo.use(await borrowRedis());
  const gateway = undo.use(
    await startDistributedGateway({
      databaseUrl: database.connectionString,
      natsUrl: nats.url,
      redisUrl: redis.url,
      environment,
      areLeadersTogether: true,
      processes: { ingress: 2 },
    }),
  );
  const logger = createLogger({ level: 'silent', service: 'test' });
  const bus = await connectBus({ servers: [nats.url], name: 'test', logger });
  undo.defer(() => bus.close());
  const { adminToken, urls } = gateway;
  const peer = { addresses: gateway.grpcAddresses.split(','), adminToken, tls: undefined };
  const journal = connectJournal({ bus, peer, part: 0, consumer: 'test', logger });
  undo.defer(() => journal.close());
  const started = undo.move();
  return {
    ...overHttp(() => ({ url: urls[0] ?? '', adminToken })),
    urls,
    hashKey: createKeyHasher(keyPepper),
    async set(resource) {
      const stream = streams.resource(resource.case, resource.value.id);
      const by = { actor: 'bootstrap', role: 'owner', action: 'update', address: '', requestId: '' };
      const data = { resource: resourceToJson(resource), by, setAtMs: String(Date.now()) };
      const result = await journal.append({
        stream,
        expectedVersion: (await journal.readStream(stream)).length,
        events: [{ eventId: newId(), type: 'ResourceSet', data }],
        correlationId: '',
        causationId: '',
      });
      if (result.kind !== 'appended') throw new Error(`${stream} was changed by somebody else`);
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}
