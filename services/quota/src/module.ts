import { closeInTime } from '#host/close-in-time.ts';
import { PART } from '#host/connect-parts.ts';
import type { LeadParts, ServiceModule } from '#host/service-module.ts';
import { systemClock } from '#kernel/clock.ts';
import { startAdmitResponder } from './api/admit-responder.ts';
import { quotaService } from './api/quota-service.ts';
import { tracedAdmit } from './api/traced-admit.ts';
import type { QuotaConfig } from './config.ts';
import { quotaConfigFrom } from './config-from.ts';
import { createRepeatableAdmit } from './handlers/admit-again.ts';
import type { FollowedBooks } from './memory/follow-books.ts';
import { leadQuota, loadAndFollow, type Quota } from './quota.ts';

/** Admission, as a module of a process. */
export const quotaModule: ServiceModule<FollowedBooks> = {
  name: 'quota',
  readsPolicy: true,
  isLed: true,
  schema: {},
  usage: `Admission: the windows and balances of all accounts, decided in one process' memory. Of several processes one leads,
the others stand by.

Needs DATABASE_URL, NATS_URL, GATEWAY_JOURNAL_ADDRESSES, GATEWAY_ADMIN_TOKEN.
`,
  check: ({ config }) => void quotaConfigFrom(config),
  follow: loadAndFollow,
  async lead(parts) {
    const { host, journal, following: books, from } = parts;
    const { logger, metrics, tracer } = host;
    const registry = await parts.registry();
    const quota = leadQuota({ config: configOf(parts), journal, books, registry, from, logger });
    host.stack.defer(() => closeInTime(quota));
    const repeatable = createRepeatableAdmit({ admit: quota.admit, journal, clock: systemClock });
    const admit = tracedAdmit(repeatable, tracer);
    return {
      // In one process a caller asks once, and hears the answer.
      ports: {
        quota: { admit: tracedAdmit(quota.admit, tracer), quote: quota.quote },
        balances: quota,
        moneyAndLimits: quota,
      },
      projections: quota.projections,
      deadLetters: quota.deadLetters,
      services: [quotaService(quota)],
      stats: () => ({ openHolds: quota.openHolds() }),
      begin: () => begin(parts, quota, admit),
      publishMetrics: () => host.beforeMetrics(() => metrics.openHolds.set(quota.openHolds())),
    };
  },
};

/** Between processes an answer says that the admission is durable, and nothing else can be said. */
function configOf({ host, bus }: LeadParts<FollowedBooks>): QuotaConfig {
  const config = quotaConfigFrom(host.config);
  if (bus === undefined || config.durability === 'strict') return config;
  host.logger.warn('durability: overlapped holds within one process only; admissions are strict');
  return { ...config, durability: 'strict' };
}

async function begin(parts: LeadParts<FollowedBooks>, quota: Quota, admit: Quota['admit']): Promise<void> {
  const { host, journal, bus: over, isLeading } = parts;
  await quota.ready();
  if (over === undefined) {
    // What was admitted before this start has lost its process: no usage will ever be recorded for it.
    await quota.expireOrphans(await journal.head());
    return;
  }
  // Before gRPC, which has more to set up: admissions wait for nothing else.
  const responder = startAdmitResponder({ bus: over.bus, part: PART, admit, isLeading, logger: host.logger });
  host.stack.defer(() => responder.close());
}
