import type { AccountsPort } from '#contracts/accounts.ts';
import type { AdminPort, FindAdminToken } from '#contracts/admin.ts';
import type { BalancePort, BillingPort } from '#contracts/billing.ts';
import type { QuotaPort } from '#contracts/quota.ts';
import type { RouterPort } from '#contracts/router.ts';
import type { Journal } from '#journal/journal.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { GatewayMetrics } from '#telemetry/metrics.ts';
import type { Tracer } from '#telemetry/tracing/tracer.ts';
import type { IngressConfig } from './config.ts';
import type { Idempotency } from './idempotency/idempotency.ts';
import type { RateLimiter } from './rate-limits/rate-limiter.ts';

/** What the ingress needs from outside. */
export interface IngressDependencies {
  readonly config: IngressConfig;
  readonly quota: QuotaPort;
  readonly router: RouterPort;
  readonly accounts: Pick<AccountsPort, 'authenticate'>;
  readonly admin: AdminPort;
  readonly findAdminToken: FindAdminToken;
  readonly billing: BillingPort;
  readonly balances: BalancePort;
  /** What becomes of requests with an `Idempotency-Key`. */
  readonly idempotency: Idempotency;
  /** Says what became of a request whose process is gone. */
  readonly log: Pick<Journal, 'readStream'>;
  /** Counts requests against `config.rateLimits`. */
  readonly rateLimiter?: RateLimiter | undefined;
  /** Each part the gateway needs, `ok` or why it is not. */
  readonly readiness: () => Promise<Readonly<Record<string, string>>>;
  /** What the other parts have to tell /health/stats. */
  readonly stats: () => Promise<Readonly<Record<string, unknown>>>;
  readonly logger: Logger;
  /** null: nothing is traced. */
  readonly tracer?: Tracer | null;
  readonly metrics: GatewayMetrics;
  readonly clock?: Clock;
}
