import { openBus, openRemoteJournal, PART, peerOf } from '#host/connect-parts.ts';
import { type Host, required } from '#host/host.ts';
import { openDatabase } from '#host/open-database.ts';
import { runService } from '#host/run-service.ts';
import { waitFor } from '#host/wait-for.ts';
import { systemClockUs } from '#kernel/clock.ts';
import { createPgClaims } from './adapters/pg-claims.ts';
import { connectRemoteAccounts } from './adapters/remote-accounts.ts';
import { createRemoteBilling } from './adapters/remote-billing.ts';
import { watchRemoteLog } from './adapters/remote-log-state.ts';
import { createRemoteQuota } from './adapters/remote-quota.ts';
import { createRemoteRouter } from './adapters/remote-router.ts';
import { createRemoteStats } from './adapters/remote-stats.ts';
import { ingressConfigFrom } from './config-from.ts';
import { createIdempotency, type Idempotency } from './idempotency/idempotency.ts';
import { createIngress } from './ingress.ts';
import { createMemoryLimiter } from './rate-limits/memory-limiter.ts';
import type { RateLimiter } from './rate-limits/rate-limiter.ts';
import { createRedisLimiter } from './rate-limits/redis-limiter.ts';

/** For requests with an Idempotency-Key alone, some three statements of a millisecond each; there may be many ingresses. */
const CLAIMS_MAX_CONNECTIONS = 4;

/** Claims of Idempotency-Keys and the answers kept for them, in this service's schema. */
async function openIdempotency(host: Host, keyPepper: string): Promise<Idempotency> {
  const { logger } = host;
  const { pool } = await openDatabase(host, { maxConnections: CLAIMS_MAX_CONNECTIONS, isDurable: true });
  const claims = createPgClaims({ pool, logger });
  host.stack.defer(() => claims.close());
  return createIdempotency({ claims, keyPepper, logger });
}

/** Shared by all ingresses where there is a Redis; else each counts for itself. */
function rateLimiterOf(host: Host): RateLimiter {
  const memory = createMemoryLimiter(systemClockUs);
  const { redisUrl, rateLimits } = host.config;
  if (redisUrl === undefined || rateLimits === undefined) return memory;
  const limiter = createRedisLimiter({ url: redisUrl, fallback: memory, logger: host.logger });
  host.stack.defer(() => limiter.close());
  host.beforeMetrics(() => host.metrics.rateLimitFallbacks.set(limiter.fallbacks()));
  return limiter;
}

await runService({
  name: 'ingress',
  hasSchema: true,
  usage: `The public HTTP API, authentication, and the admin's REST. Run as many as there is work for.

REDIS_URL: rate limits that all ingresses share. Needs DATABASE_URL (answers to requests with an Idempotency-Key), NATS_URL, GATEWAY_JOURNAL_ADDRESSES, GATEWAY_QUOTA_ADDRESSES, GATEWAY_BILLING_ADDRESSES, GATEWAY_ACCOUNTS_ADDRESSES,
GATEWAY_ROUTER_ADDRESSES, GATEWAY_ADMIN_TOKEN, GATEWAY_KEY_PEPPER.
`,
  async start(host) {
    const { config, logger, metrics } = host;
    const needed = required(host, {
      databaseUrl: 'DATABASE_URL',
      adminToken: 'GATEWAY_ADMIN_TOKEN',
      keyPepper: 'GATEWAY_KEY_PEPPER',
      journalAddresses: 'GATEWAY_JOURNAL_ADDRESSES',
      quotaAddresses: 'GATEWAY_QUOTA_ADDRESSES',
      billingAddresses: 'GATEWAY_BILLING_ADDRESSES',
      accountsAddresses: 'GATEWAY_ACCOUNTS_ADDRESSES',
      routerAddresses: 'GATEWAY_ROUTER_ADDRESSES',
    });
    const idempotency = await openIdempotency(host, needed.keyPepper);
    const bus = await openBus(host);
    const journal = openRemoteJournal(host, bus);
    const quota = createRemoteQuota({ bus, peer: peerOf(host, needed.quotaAddresses), part: PART });
    host.stack.defer(() => quota.close());
    const billing = createRemoteBilling({ peer: peerOf(host, needed.billingAddresses), logger });
    host.stack.defer(() => billing.close());
    const router = createRemoteRouter({
      peer: peerOf(host, needed.routerAddresses),
      requestTimeoutMs: config.requestTimeoutMs,
      logger,
    });
    host.stack.defer(() => router.close());
    const { keyPepper, accountsAddresses } = needed;
    const accounts = await waitFor(
      'accounts',
      () => connectRemoteAccounts({ peer: peerOf(host, accountsAddresses), journal, keyPepper }),
      host,
    );
    host.stack.defer(() => accounts.close());
    const stats = createRemoteStats({
      journal: peerOf(host, needed.journalAddresses),
      quota: peerOf(host, needed.quotaAddresses),
      projections: [needed.quotaAddresses, needed.billingAddresses, accountsAddresses].map((addresses) =>
        peerOf(host, addresses),
      ),
    });
    host.stack.defer(() => stats.close());
    const log = watchRemoteLog(peerOf(host, needed.journalAddresses));
    host.stack.defer(() => log.close());
    const ingress = createIngress({
      config: ingressConfigFrom(config, needed.adminToken),
      quota,
      router,
      accounts,
      billing,
      balances: quota,
      idempotency,
      log: journal,
      rateLimiter: rateLimiterOf(host),
      readiness: async () => ({
        bus: bus.isConnected() ? 'ok' : 'the bus is away',
        router: router.state(),
        log: log.state(),
      }),
      stats: stats.read,
      logger,
      metrics,
      tracer: host.tracer,
    });
    host.stack.defer(() => ingress.drain());
    // Requests that came earlier would be told of models, prices and keys that there are, that there are none.
    await Promise.all([router.ready(), billing.ready()]);
    const { url } = await ingress.listen();
    logger.info({ url }, 'listening');
  },
});
