import { setTimeout as pause } from 'node:timers/promises';
import { createAdminTokens } from '#admin-api/admin-tokens.ts';
import { createRemoteAdmin } from '#clients/admin/remote-admin.ts';
import { createRemoteBilling } from '#clients/billing/remote-billing.ts';
import { watchRemoteLog } from '#clients/journal/watch-remote-log.ts';
import { createRemoteQuota } from '#clients/quota/remote-quota.ts';
import { createRemoteStats } from '#clients/remote-stats.ts';
import { createRemoteRouter } from '#clients/router/remote-router.ts';
import { PART, peerOf } from '#host/connect-parts.ts';
import { type Host, required } from '#host/host.ts';
import { listening } from '#host/listening.ts';
import type { LeadParts, LogParts, ServiceModule } from '#host/service-module.ts';
import { waitFor } from '#host/wait-for.ts';
import { systemClock, systemClockUs } from '#kernel/clock.ts';
import { awaitSeed, SEED_WAIT_MS } from '#registry/await-seed.ts';
import type { FollowedRegistry } from '#registry/follow-registry.ts';
import { liveModels } from '#registry/live-models.ts';
import type { ModelTable } from '#registry/model-table.ts';
import { createMemoryNonces } from './access/nonces.ts';
import { createRedisNonces } from './access/redis-nonces.ts';
import { createClientSecrets } from './adapters/client-secrets.ts';
import { feltHere } from './adapters/felt-here.ts';
import { createPgClaims } from './adapters/pg-claims.ts';
import { createPgConversations, type PgConversations } from './adapters/pg-conversations.ts';
import { createPgResponses, type PgResponses } from './adapters/pg-responses.ts';
import { createPgRuns, type PgRuns } from './adapters/pg-runs.ts';
import { ingressConfigFrom } from './config-from.ts';
import { createIdempotency } from './idempotency/idempotency.ts';
import { createIngress } from './ingress.ts';
import type { IngressDependencies } from './ports.ts';
import { createMemoryLimiter } from './rate-limits/memory-limiter.ts';
import { createRedisLimiter } from './rate-limits/redis-limiter.ts';
import { createRetries } from './retries/retries.ts';

/** For requests with an Idempotency-Key alone, some three statements of a millisecond each; there may be many ingresses. */
const CLAIMS_MAX_CONNECTIONS = 4;

/** Between two looks whether prices have come: a look is a few microseconds. */
const PRICES_POLL_MS = 20;

/** The public HTTP API, as a module of a process. */
export const ingressModule: ServiceModule = {
  name: 'ingress',
  // Of their own, so that no claim waits for a projection.
  schema: { ownPool: { maxConnections: CLAIMS_MAX_CONNECTIONS, isDurable: true } },
  needs: { keyPepper: 'GATEWAY_KEY_PEPPER' },
  readsPolicy: true,
  uses: ['quota', 'billing', 'accounts', 'router'],
  usage: `The public HTTP API, authentication, and the admin's REST. Run as many as there is work for.

REDIS_URL: rate limits and nonces of signed requests that all ingresses share. Needs DATABASE_URL (answers to requests with an Idempotency-Key), NATS_URL, GATEWAY_JOURNAL_ADDRESSES, GATEWAY_QUOTA_ADDRESSES, GATEWAY_BILLING_ADDRESSES, GATEWAY_ACCOUNTS_ADDRESSES,
GATEWAY_ROUTER_ADDRESSES, GATEWAY_ADMIN_TOKEN, GATEWAY_KEY_PEPPER.
`,
  async lead(parts) {
    const { host, journal } = parts;
    const { config, logger, metrics } = host;
    const { adminToken, keyPepper } = required(host, {
      adminToken: 'GATEWAY_ADMIN_TOKEN',
      keyPepper: 'GATEWAY_KEY_PEPPER',
    });
    const once = await openClaims(parts, keyPepper);
    const responses = openResponses(parts, keyPepper);
    const runs = await openRuns(parts, keyPepper);
    const conversations = openConversations(parts, keyPepper);
    const { quota, balances } = openQuota(parts);
    const billing = openBilling(parts);
    const router = openRouter(parts);
    const registry = await openPolicy(parts);
    forgetDeleted({ host, kept: [responses, conversations], registry });
    const models = liveModels(registry);
    const ingress = createIngress({
      config: ingressConfigFrom(config, adminToken),
      quota,
      router: router.port,
      registry,
      keyPepper,
      models,
      admin: openAdmin(parts, registry),
      findAdminToken: createAdminTokens({ registry, keyPepper, clock: systemClock }),
      readClientSecret: createClientSecrets({ environment: host.environment, dataDir: config.dataDir }),
      billing: billing.port,
      balances,
      ...once,
      responses,
      runs,
      conversations,
      log: journal,
      ...openLimiters(parts),
      readiness: openReadiness(parts, router.state),
      stats: openStats(parts),
      logger,
      metrics,
      tracer: host.tracer,
    });
    host.stack.defer(() => ingress.drain());
    // Requests that came earlier would be told of prices and keys that there are, that there are none.
    await Promise.all([router.ready(), billing.ready()]);
    await pricesKnown(models, billing.port);
    const { host: address, port } = config;
    const settings = { hostSetting: 'GATEWAY_HOST', portSetting: 'GATEWAY_PORT' };
    const { url } = await listening({ host: address, port, ...settings }, ingress.listen());
    logger.info({ url }, 'listening');
    return { url };
  },
};

/** Claims of Idempotency-Keys and of what agents repeat, and the answers kept for them, in this service's schema. */
async function openClaims(
  { host, database, bus }: LogParts,
  keyPepper: string,
): Promise<Pick<IngressDependencies, 'idempotency' | 'retries' | 'aloneSinceMs'>> {
  const { logger } = host;
  const sinceMs = systemClock();
  const claims = createPgClaims({ pool: database().pool, logger });
  host.stack.defer(() => claims.close());
  // Where this process is the whole gateway, whoever made the claims that are there is gone.
  if (bus === undefined) await claims.orphanAll();
  return {
    idempotency: createIdempotency({ claims, keyPepper, logger }),
    retries: createRetries({ claims, keyPepper, logger }),
    aloneSinceMs: bus === undefined ? sinceMs : undefined,
  };
}

/** Answers of /v1/responses, in this service's schema. */
function openResponses({ host, database }: LogParts, keyPepper: string): PgResponses {
  const responses = createPgResponses({ pool: database().pool, keyPepper, logger: host.logger });
  host.stack.defer(() => responses.close());
  return responses;
}

/** What is made of such answers in the background. */
async function openRuns({ database, bus }: LogParts, keyPepper: string): Promise<PgRuns> {
  const runs = createPgRuns({ pool: database().pool, keyPepper });
  // Where this process is the whole gateway, whoever made the responses that are there is gone.
  if (bus === undefined) await runs.orphanAll();
  return runs;
}

function openConversations({ host, database }: LogParts, keyPepper: string): PgConversations {
  const conversations = createPgConversations({ pool: database().pool, keyPepper, logger: host.logger });
  host.stack.defer(() => conversations.close());
  return conversations;
}

interface ForgetParts {
  readonly host: Host;
  readonly kept: readonly Pick<PgResponses, 'removeAllOf'>[];
  readonly registry: Pick<FollowedRegistry, 'watch'>;
}

/** What a user who was deleted has said and was told goes with the user. */
function forgetDeleted({ host, kept, registry }: ForgetParts): void {
  registry.watch('user', (before, after) => {
    if (before === undefined || before.status === 'deleted' || (after !== undefined && after.status !== 'deleted'))
      return;
    for (const store of kept) {
      store.removeAllOf(before.id).catch((error: unknown) => {
        host.logger.warn({ err: error, userId: before.id }, 'the responses of a deleted user stay until they expire');
      });
    }
  });
}

/** Shared by all ingresses where there is a Redis; else each counts, and remembers, for itself. */
function openLimiters({ host, bus }: LogParts): Pick<IngressDependencies, 'rateLimiter' | 'nonces'> {
  const memory = createMemoryLimiter(systemClockUs);
  const memoryNonces = createMemoryNonces();
  const { redisUrl } = host.config;
  if (bus === undefined || redisUrl === undefined) return { rateLimiter: memory, nonces: memoryNonces };
  const { logger } = host;
  const limiter = createRedisLimiter({ url: redisUrl, fallback: memory, logger });
  host.stack.defer(() => limiter.close());
  const nonces = createRedisNonces({ url: redisUrl, memory: memoryNonces, logger });
  host.stack.defer(() => nonces.close());
  host.beforeMetrics(() => host.metrics.rateLimitFallbacks.set(limiter.fallbacks()));
  return { rateLimiter: limiter, nonces };
}

function openQuota({ host, local, bus: over }: LeadParts): Pick<IngressDependencies, 'quota' | 'balances'> {
  const { quota, balances } = local;
  if (quota !== undefined && balances !== undefined) return { quota, balances };
  if (over === undefined) throw new Error('there is no quota in this process, and no bus');
  const { quotaAddresses } = required(host, { quotaAddresses: 'GATEWAY_QUOTA_ADDRESSES' });
  const peer = peerOf(host, quotaAddresses);
  const remote = createRemoteQuota({ bus: over.bus, peer, part: PART });
  host.stack.defer(() => remote.close());
  return { quota: remote, balances: remote };
}

/** Policy up to the log's end, and of a gateway that has never run the configuration it begins with. */
async function openPolicy({ host, journal, registry: open }: LeadParts): Promise<FollowedRegistry> {
  const registry = await waitFor('the log', open, host);
  await registry.reached(await waitFor('the log', () => journal.head(), host));
  if (await awaitSeed(registry)) return registry;
  host.logger.warn('the configuration has not come into the log yet: accounts brings it there');
  return registry;
}

/**
 * A first start publishes prices beside this: clients that came earlier would find no model. Where no model gets a price, the
 * ingress begins without.
 */
async function pricesKnown(models: ModelTable, { isPriced }: IngressDependencies['billing']): Promise<void> {
  const giveUpAtMs = performance.now() + SEED_WAIT_MS;
  const isKnown = (): boolean =>
    models.list().length === 0 ||
    models.list().some(({ candidates }) => candidates.some(({ priceKey }) => isPriced(priceKey)));
  while (!isKnown() && performance.now() < giveUpAtMs) await pause(PRICES_POLL_MS);
}

/** A port, and when it is known what there is behind it: at once in one process. */
interface Opened<T> {
  readonly port: T;
  readonly ready: () => Promise<void>;
}

const isReady = async (): Promise<void> => undefined;

function openBilling({ host, local }: LeadParts): Opened<IngressDependencies['billing']> {
  if (local.billing !== undefined) return { port: local.billing, ready: isReady };
  const { billingAddresses } = required(host, { billingAddresses: 'GATEWAY_BILLING_ADDRESSES' });
  const billing = createRemoteBilling({ peer: peerOf(host, billingAddresses), logger: host.logger });
  host.stack.defer(() => billing.close());
  return { port: billing, ready: billing.ready };
}

function openRouter({
  host,
  local,
}: LeadParts): Opened<IngressDependencies['router']> & { readonly state?: () => string } {
  if (local.router !== undefined) return { port: local.router, ready: isReady };
  const { config, logger } = host;
  const { routerAddresses } = required(host, { routerAddresses: 'GATEWAY_ROUTER_ADDRESSES' });
  const { requestTimeoutMs } = config;
  const router = createRemoteRouter({ peer: peerOf(host, routerAddresses), requestTimeoutMs, logger });
  host.stack.defer(() => router.close());
  return { port: router, ready: router.ready, state: router.state };
}

/** Administration; between processes a change is felt here before its caller hears of it, as it is in one. */
function openAdmin({ host, local, journal }: LeadParts, registry: FollowedRegistry): IngressDependencies['admin'] {
  if (local.admin !== undefined) return local.admin;
  const { accountsAddresses } = required(host, { accountsAddresses: 'GATEWAY_ACCOUNTS_ADDRESSES' });
  const admin = createRemoteAdmin(peerOf(host, accountsAddresses));
  host.stack.defer(() => admin.close());
  return feltHere(admin.port, { journal, registry });
}

/** Of each part that requests need, whether it is there. */
function openReadiness(
  { host, local, bus: over }: LeadParts,
  routerState: (() => string) | undefined,
): IngressDependencies['readiness'] {
  const log = logReadiness(host, local);
  return async () => ({
    ...(over === undefined ? {} : { bus: over.bus.isConnected() ? 'ok' : 'the bus is away' }),
    ...(routerState === undefined ? {} : { router: routerState() }),
    ...(await log()),
  });
}

function logReadiness(host: Host, { log }: LeadParts['local']): IngressDependencies['readiness'] {
  if (log !== undefined) return log.readiness;
  const { journalAddresses } = required(host, { journalAddresses: 'GATEWAY_JOURNAL_ADDRESSES' });
  const watch = watchRemoteLog(peerOf(host, journalAddresses));
  host.stack.defer(() => watch.close());
  return async () => ({ log: watch.state() });
}

/** What the modules of this process have to tell, and the services in others. */
function openStats({ host, local, bus, neighbours }: LeadParts): IngressDependencies['stats'] {
  const here = local.stats ?? (() => ({ projections: {} }));
  if (bus === undefined) return async () => here();
  const { config } = host;
  const peerUnlessHere = (name: 'journal' | 'quota' | 'billing' | 'accounts') =>
    neighbours.has(name) ? undefined : peerOf(host, config[`${name}Addresses`]);
  const quota = peerUnlessHere('quota');
  const keepers = [quota, peerUnlessHere('billing'), peerUnlessHere('accounts')];
  const stats = createRemoteStats({
    journal: peerUnlessHere('journal'),
    quota,
    projections: keepers.filter((peer) => peer !== undefined),
  });
  host.stack.defer(() => stats.close());
  return async () => {
    const [own, others] = [here(), await stats.read()];
    return { ...own, ...others, projections: { ...others.projections, ...own.projections } };
  };
}
