import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import type { GatewayConfig } from '#config/gateway-config.ts';
import type { ProviderWithKey } from '#config/providers.ts';
import type { AccountsPort } from '#contracts/accounts.ts';
import type { DeadLetterSource } from '#dead-letters/dead-letter-source.ts';
import { deadLettersService } from '#dead-letters/dead-letters-service.ts';
import { type KeptProjections, keepProjections } from '#journal/kept-projections.ts';
import type { Projection } from '#journal/projection.ts';
import { projectionsService } from '#journal/projections-service.ts';
import { tracedJournal } from '#journal/traced-journal.ts';
import { systemClockUs } from '#kernel/clock.ts';
import { within } from '#kernel/within.ts';
import { migrate } from '#postgres/migrate.ts';
import { closePool, openPool } from '#postgres/pool.ts';
import { type GrpcServer, startGrpcServer } from '#rpc/server.ts';
import { createLogger, type Logger } from '#telemetry/logger.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import { createTracer } from '#telemetry/tracing/create-tracer.ts';
import { createAccounts } from '../../accounts/src/accounts.ts';
import { untilVisible } from '../../accounts/src/handlers/visible.ts';
import { directory } from '../../accounts/src/projections/directory.ts';
import { createBilling } from '../../billing/src/billing.ts';
import { billingConfigFrom } from '../../billing/src/config-from.ts';
import { createPgClaims } from '../../ingress/src/adapters/pg-claims.ts';
import { ingressConfigFrom } from '../../ingress/src/config-from.ts';
import { createIdempotency, type Idempotency } from '../../ingress/src/idempotency/idempotency.ts';
import { createIngress } from '../../ingress/src/ingress.ts';
import { createMemoryLimiter } from '../../ingress/src/rate-limits/memory-limiter.ts';
import { journalService } from '../../journal/src/api/journal-service.ts';
import { type LocalJournal, openJournal } from '../../journal/src/journal.ts';
import { tracedAdmit } from '../../quota/src/api/traced-admit.ts';
import { quotaConfigFrom } from '../../quota/src/config-from.ts';
import { createQuota } from '../../quota/src/quota.ts';
import { tracedRouter } from '../../router/src/api/traced-router.ts';
import { routerConfigFrom } from '../../router/src/config-from.ts';
import { createRouter } from '../../router/src/router.ts';
import type { Secrets } from './secrets.ts';

const MIGRATED_SCHEMAS = ['journal', 'accounts', 'quota', 'billing', 'ingress'] as const;

/** Claims and answers of requests with an Idempotency-Key: of their own, so that none of them waits for a projection. */
const CLAIMS_MAX_CONNECTIONS = 4;

/** Projections, reads of the log and the admin's queries; the writer has a connection of its own. */
const POOL_MAX_CONNECTIONS = 10;

/**
 * How long a part that reads and writes the database may take to close: an append is answered within 4 s, but a database that
 * is frozen never answers a read. What is left undone is found in the log by the next start.
 */
const CLOSE_MAX_MS = 5_000;

export interface GatewayDependencies {
  readonly config: GatewayConfig;
  readonly secrets: Secrets;
  readonly connectionString: string;
  readonly providers: readonly ProviderWithKey[];
  /** Another gateway writes this log now: this one has to end. */
  readonly onFenced: (error: Error) => void;
  /** Makes the demo user or takes its keys away, before anybody can send a request. Gives the accounts that requests see. */
  readonly settleDemo: (accounts: AccountsPort) => Promise<AccountsPort>;
}

export interface Gateway {
  readonly url: string;
  readonly grpcAddress: string;
  /** Lets running answers end, then closes everything in the order in which it depends on one another. */
  stop(): Promise<void>;
}

/** All six services in this process, over one PostgreSQL. */
export async function startGateway(dependencies: GatewayDependencies): Promise<Gateway> {
  const { config, secrets, connectionString, providers } = dependencies;
  const loggerOf = (service: string): Logger => createLogger({ level: config.logLevel, service });
  const metrics = createMetrics({ withProcessDefaults: true });
  const tracer = await createTracer(process.env, 'standalone');
  // Given back in reverse, at the stop as well as when the start fails half-way.
  await using opened = new AsyncDisposableStack();
  const pool = openPool({ connectionString, max: POOL_MAX_CONNECTIONS, applicationName: 'gateway' });
  opened.defer(() => closePool(pool));
  await migrateAll(pool);

  opened.defer(async () => tracer?.close());
  const log = await openJournal({
    connectionString,
    pool,
    logger: loggerOf('journal'),
    onFenced: dependencies.onFenced,
  });
  opened.defer(() => log.close());
  const journal = tracedJournal(log, tracer);
  const keeping = Promise.withResolvers<KeptProjections>();
  const awaitProjection = async (name: string, position: number): Promise<void> =>
    (await keeping.promise).reached(name, position);

  const [accounts, quota, billing] = await Promise.all([
    createAccounts({
      config: { keyPepper: secrets.keyPepper },
      journal,
      pool,
      logger: loggerOf('accounts'),
      awaitProjection,
    }),
    createQuota({ config: quotaConfigFrom(config), journal, pool, logger: loggerOf('quota') }),
    createBilling({ config: billingConfigFrom(config), journal, pool, logger: loggerOf('billing') }),
  ]);
  const close = (part: { close(): Promise<void> }): Promise<boolean> => within(part.close(), CLOSE_MAX_MS);
  opened.defer(async () => void (await Promise.all([quota, accounts].map(close))));
  opened.defer(async () => void (await close(billing)));
  const untraced = createRouter({
    config: routerConfigFrom(config, providers),
    journal,
    logger: loggerOf('router'),
    unchargedTokens: metrics.unchargedTokens,
  });
  opened.defer(() => untraced.close());
  const router = tracedRouter(untraced, tracer);
  const projections: readonly Projection[] = [...accounts.projections, ...quota.projections, ...billing.projections];
  const kept = await keepProjections(projections, { journal, pool, logger: loggerOf('projections') });
  opened.defer(async () => void (await close(kept)));
  keeping.resolve(kept);
  await Promise.all([accounts.ready(), quota.ready(), billing.ready()]);
  await billing.seedPrices([...new Set(providers.map((provider) => provider.catalogue))]);
  // What was admitted before this start has lost its process: no usage will ever be recorded for it.
  await quota.expireOrphans(await journal.head());
  const position = await journal.head();
  await untilVisible([kept.reached(directory.name, position)], { logger: loggerOf('accounts'), position });
  const settledAccounts = await dependencies.settleDemo(accounts);

  const idempotency = await openIdempotency(dependencies, opened, loggerOf('ingress'));
  const ingress = createIngress({
    config: ingressConfigFrom(config, secrets.adminToken),
    quota: { admit: tracedAdmit(quota.admit, tracer) },
    router,
    accounts: settledAccounts,
    billing,
    balances: quota,
    idempotency,
    log: journal,
    rateLimiter: config.rateLimits === undefined ? undefined : createMemoryLimiter(systemClockUs),
    readiness: async () => {
      const [database, log] = await Promise.all([databaseState(pool), journal.writeState()]);
      return { database, log };
    },
    stats: async () => ({
      log: { position: journal.logHead().position, epoch: journal.logHead().epoch },
      openHolds: quota.openHolds(),
      charges: billing.stats(),
      projections: Object.fromEntries(kept.positions()),
    }),
    logger: loggerOf('ingress'),
    metrics,
    tracer,
  });
  const deadLetters = [...kept.deadLetters, quota.deadLetters, billing.deadLetters];
  const grpc = await startAdminServer(dependencies, { journal, kept, deadLetters, logger: loggerOf('journal') });
  opened.defer(() => grpc.drain());
  const { url } = await ingress.listen();

  const running = opened.move();
  return {
    url,
    grpcAddress: grpc.address,
    async stop() {
      await Promise.all([ingress.drain(), grpc.drain()]);
      await running.disposeAsync();
    },
  };
}

async function openIdempotency(
  { connectionString, secrets: { keyPepper } }: GatewayDependencies,
  opened: AsyncDisposableStack,
  logger: Logger,
): Promise<Idempotency> {
  const max = CLAIMS_MAX_CONNECTIONS;
  const pool = openPool({ connectionString, max, applicationName: 'gateway ingress', isDurable: true });
  opened.defer(() => closePool(pool));
  const claims = createPgClaims({ pool, logger });
  opened.defer(() => claims.close());
  await claims.orphanAll();
  return createIdempotency({ claims, keyPepper, logger });
}

async function migrateAll(pool: pg.Pool): Promise<void> {
  await Promise.all(
    MIGRATED_SCHEMAS.map((schema) =>
      migrate(pool, { schema, directory: fileURLToPath(new URL(`../../${schema}/migrations`, import.meta.url)) }),
    ),
  );
}

function startAdminServer(
  { config, secrets }: GatewayDependencies,
  parts: {
    readonly journal: LocalJournal;
    readonly kept: KeptProjections;
    readonly deadLetters: readonly DeadLetterSource[];
    readonly logger: Logger;
  },
): Promise<GrpcServer> {
  const { journal, kept, deadLetters, logger } = parts;
  const service = journalService({
    readStored: journal.readStored,
    readStoredStream: journal.readStoredStream,
    head: journal.logHead,
  });
  return startGrpcServer({
    host: config.grpcHost,
    port: config.grpcPort,
    services: [service, projectionsService(kept), deadLettersService(deadLetters)],
    adminToken: secrets.adminToken,
    logger,
  });
}

async function databaseState(pool: pg.Pool): Promise<string> {
  try {
    await pool.query('select 1');
    return 'ok';
  } catch (error) {
    return `the database does not answer: ${(error as Error).message}`;
  }
}
