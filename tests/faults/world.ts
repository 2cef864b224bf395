import assert from 'node:assert/strict';
import { type CuttingProxy, startCuttingProxy } from '#testkit/cutting-proxy.ts';
import { type DistributedGateway, startDistributedGateway } from '#testkit/distributed-gateway.ts';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { startTemporaryNats, type TemporaryNats } from '#testkit/temporary-nats.ts';
import { startTemporaryPostgres } from '#testkit/temporary-postgres-server.ts';
import { startTemporaryRedis, type TemporaryRedis } from '#testkit/temporary-redis.ts';
import { startSimulatorProcess } from '../../services/standalone/src/simulator-process.ts';
import { reckon } from '../chaos/reckoning.ts';
import { gatewayctl } from '../e2e/support/gatewayctl.ts';
import type { Customer, Installation } from '../e2e/support/installation.ts';
import { configure, overHttp } from '../e2e/support/over-http.ts';
import { type SdkLoad, startSdkLoad } from './sdk-load.ts';

const CALLERS = 8;

/** Enough that no request is refused for want of money. */
const CREDIT_USD = '1000';

/** A hold whose request was lost in a fault ends by its time, and the test waits for it. */
const REQUEST_TIMEOUT_MS = 4_000;
const HOLD_TTL_MS = 8_000;

/** Long enough for requests to be hit in every part of their lives. */
const SCRIPT = { latencyMs: 5, jitterMs: 30, chunkDelayMs: 3, chunks: 6 };

/** What a client may be without service after a fault. */
export const BACK_WITHIN_MS = 5_000;

/** A production in small: two of everything, a database and a bus that can be broken, and callers. */
export interface World extends AsyncDisposable {
  readonly gateway: DistributedGateway;
  readonly nats: TemporaryNats;
  readonly redis: TemporaryRedis;
  readonly proxy: CuttingProxy;
  readonly installation: Installation;
  readonly customer: Customer;
  readonly load: SdkLoad;
  restartPostgres(): Promise<void>;
  /** Lets the callers end, waits for every hold's end, and holds what they saw against the log and the provider's meter. */
  reckonUp(): Promise<void>;
}

export async function createWorld({
  areLeadersTogether = false,
}: {
  readonly areLeadersTogether?: boolean;
} = {}): Promise<World> {
  await using undo = new AsyncDisposableStack();
  const folder = undo.use(await temporaryDataDir()).path;
  const simulator = undo.adopt(await startSimulatorProcess(), (each) => each.stop());
  await fetch(`${simulator.url}/simulator/script`, { method: 'PUT', body: JSON.stringify(SCRIPT) });
  const postgres = undo.use(await startTemporaryPostgres({ isDurable: true }));
  const nats = undo.use(await startTemporaryNats());
  const redis = undo.use(await startTemporaryRedis());
  const proxy = undo.use(await startCuttingProxy(postgres.connectionString));
  const environment = await configure(folder, simulator.url, {
    // Never reached: that Redis is asked is what counts.
    settings: { rateLimits: { perUser: { requestsPerMinute: 6_000_000 } } },
    environment: {
      GATEWAY_REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS),
      GATEWAY_HOLD_TTL_MS: String(HOLD_TTL_MS),
      GATEWAY_DRAIN_TIMEOUT_MS: '5000',
      GATEWAY_DURABILITY: process.env['GATEWAY_DURABILITY'] ?? 'strict',
    },
  });
  const gateway = undo.use(
    await startDistributedGateway({
      databaseUrl: postgres.connectionString,
      natsUrl: nats.url,
      redisUrl: redis.url,
      environment,
      environmentOf: { journal: { DATABASE_URL: proxy.connectionString } },
      processes: { journal: 2, quota: 2, billing: 2, accounts: 2, leaders: 2, router: 2, ingress: 2 },
      areLeadersTogether,
    }),
  );
  const reach = () => ({
    url: gateway.urls[0] ?? '',
    grpcAddress: gateway.grpcAddresses,
    adminToken: gateway.adminToken,
    lines: gateway.processes.flatMap((process) => process.lines),
  });
  const http = overHttp(reach);
  const customer = await http.customer({ creditUsd: CREDIT_USD });
  const load = startSdkLoad({ callers: CALLERS, urls: gateway.urls, apiKey: customer.apiKey });
  undo.defer(() => load.stop());
  const installed = undo.move();
  const installation: Installation = {
    ...http,
    simulatorUrl: simulator.url,
    gateway: reach,
    stop: () => installed.disposeAsync(),
    databaseUrl: async () => postgres.connectionString,
    [Symbol.asyncDispose]: () => installed.disposeAsync(),
  };
  return {
    gateway,
    nats,
    redis,
    proxy,
    installation,
    customer,
    load,
    restartPostgres: postgres.restart,
    async reckonUp() {
      await load.stop();
      await gateway.ready();
      await installation.settled();
      const { admitted, charged, expired, estimated } = await reckon(installation, customer, load);
      const verified = await gatewayctl(reach(), ['audit', 'verify']);
      assert.equal(verified.code, 0, verified.stdout + verified.stderr);
      const replayed = await gatewayctl(reach(), ['replay', '--all']);
      assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr);
      console.log(
        `${load.attempts()} attempts, ${admitted} admitted, ${load.received.size} received in full, ` +
          `${charged} charged (${estimated} by an estimate), ${expired} holds expired`,
      );
    },
    [Symbol.asyncDispose]: () => installed.disposeAsync(),
  };
}
