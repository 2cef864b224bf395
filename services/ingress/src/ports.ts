import type { AdminPort, FindAdminToken } from '#contracts/admin.ts';
import type { BalancePort, BillingPort } from '#contracts/billing.ts';
import type { QuotaPort } from '#contracts/quota.ts';
import type { RouterPort } from '#contracts/router.ts';
import type { Journal } from '#journal/journal.ts';
import type { Clock } from '#kernel/clock.ts';
import type { ModelTable } from '#registry/model-table.ts';
import type { Registry } from '#registry/registry.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { GatewayMetrics } from '#telemetry/metrics.ts';
import type { Tracer } from '#telemetry/tracing/tracer.ts';
import type { Nonces } from './access/nonces.ts';
import type { ReadClientSecret } from './adapters/client-secrets.ts';
import type { IngressConfig } from './config.ts';
import type { Idempotency } from './idempotency/idempotency.ts';
import type { ModelEnds } from './models/model-ends.ts';
import type { RateLimiter } from './rate-limits/rate-limiter.ts';
import type { RunStore } from './responses/background/run-store.ts';
import type { ConversationStore } from './responses/conversations/conversation-store.ts';
import type { ResponseStore } from './responses/response-store.ts';
import type { Retries } from './retries/retries.ts';

/** What the ingress needs from outside. */
export interface IngressDependencies {
  readonly config: IngressConfig;
  readonly quota: QuotaPort;
  readonly router: RouterPort;
  /** The models that can be asked for. */
  readonly models: ModelTable;
  readonly admin: AdminPort;
  readonly findAdminToken: FindAdminToken;
  readonly billing: BillingPort;
  readonly balances: BalancePort;
  /** What becomes of requests with an `Idempotency-Key`. */
  readonly idempotency: Idempotency;
  /** What becomes of requests that agents repeat. */
  readonly retries: Retries;
  /** This process is the whole gateway, and was begun then: what was admitted before has nobody at work on it. Absent: it is not. */
  readonly aloneSinceMs?: number | undefined;
  /** Keeps answers of /v1/responses for clients that go on from them. */
  readonly responses: ResponseStore;
  /** Keeps responses that are made in the background, while they are made. */
  readonly runs: RunStore;
  readonly conversations: ConversationStore;
  /** Says what became of a request whose process is gone. */
  readonly log: Pick<Journal, 'readStream'>;
  /** Who may come in, and with what: up to the log's end before `listen` is called. */
  readonly registry: Pick<Registry, 'all' | 'get' | 'watch' | 'settings'>;
  /** What API keys are hashed under. */
  readonly keyPepper: string;
  /** Finds the secret that the identity provider of the console knows this gateway by. */
  readonly readClientSecret: ReadClientSecret;
  /** Counts requests against the throttles. */
  readonly rateLimiter: RateLimiter;
  /** Remembers the nonces of signed requests. */
  readonly nonces: Nonces;
  /** Each part the gateway needs, `ok` or why it is not. */
  readonly readiness: () => Promise<Readonly<Record<string, string>>>;
  /** What the other parts have to tell /health/stats. */
  readonly stats: () => Promise<Readonly<Record<string, unknown>>>;
  readonly logger: Logger;
  /** null: nothing is traced. */
  readonly tracer?: Tracer | null;
  readonly metrics: GatewayMetrics;
  readonly clock?: Clock;
  /** Tells of models that end. Absent: nobody is told. */
  readonly modelEnds?: ModelEnds | undefined;
}
