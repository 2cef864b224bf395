import { catalogueModels } from '#catalogue/catalogue-models.ts';
import { unpricedModels } from '#catalogue/unpriced-models.ts';
import { providersFrom } from '#config/providers.ts';
import { closeInTime } from '#host/close-in-time.ts';
import type { ServiceModule } from '#host/service-module.ts';
import { waitFor } from '#host/wait-for.ts';
import { systemClock } from '#kernel/clock.ts';
import { billingService } from './api/billing-service.ts';
import { leadBilling, loadAndFollow } from './billing.ts';
import { billingConfigFrom } from './config-from.ts';
import type { FollowedRequests } from './memory/follow-requests.ts';

/** The price book, rating and the ledger, as a module of a process. */
export const billingModule: ServiceModule<FollowedRequests> = {
  name: 'billing',
  isLed: true,
  schema: {},
  usage: `The price book, rating, and the ledger: charges every usage on record. Of several processes one leads, the others stand
by. The providers of its configuration, and the keys in its environment, say whose list prices it publishes.

Needs DATABASE_URL, NATS_URL, GATEWAY_JOURNAL_ADDRESSES, GATEWAY_ADMIN_TOKEN.
`,
  check: ({ config }) => void billingConfigFrom(config),
  follow: loadAndFollow,
  async lead({ host, bus, database, journal, from, following }) {
    const { config, environment, logger, metrics } = host;
    const billing = await leadBilling({
      config: billingConfigFrom(config),
      journal,
      pool: database().pool,
      logger,
      spend: metrics.spend,
      requests: following,
      from,
    });
    host.stack.defer(() => closeInTime(billing));
    return {
      ports: { billing, ledger: billing },
      projections: billing.projections,
      deadLetters: billing.deadLetters,
      services: [billingService(billing)],
      stats: () => ({ charges: billing.stats() }),
      async begin() {
        await billing.ready();
        const providers = providersFrom(config.providers, environment);
        const catalogues = new Set(providers.map((provider) => provider.catalogue));
        const seed = (): Promise<number> => billing.seedPrices([...catalogues]);
        // A start with the log in its own process fails with the log. Between processes the log may be on its way.
        await (bus === undefined ? seed() : waitFor('the log', seed, host));
        const readCatalogue = (catalogueId: string) => catalogueModels(catalogueId, systemClock());
        for (const warning of unpricedModels(providers, readCatalogue, billing.isPriced)) logger.warn(warning);
      },
      publishMetrics: () => host.beforeMetrics(() => metrics.stuckCharges.set(billing.stats().chargesStuck)),
    };
  },
};
