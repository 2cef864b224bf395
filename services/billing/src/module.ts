import { catalogueModels } from '#catalogue/catalogue-models.ts';
import { unpricedModels } from '#catalogue/unpriced-models.ts';
import { closeInTime } from '#host/close-in-time.ts';
import type { ServiceModule } from '#host/service-module.ts';
import { waitFor } from '#host/wait-for.ts';
import { systemClock } from '#kernel/clock.ts';
import { awaitSeed } from '#registry/await-seed.ts';
import { catalogueOf } from '#registry/provider-names.ts';
import type { Registry } from '#registry/registry.ts';
import { billingService } from './api/billing-service.ts';
import { leadBilling, loadAndFollow } from './billing.ts';
import type { FollowedRequests } from './memory/follow-requests.ts';

/** The price book, rating and the ledger, as a module of a process. */
export const billingModule: ServiceModule<FollowedRequests> = {
  name: 'billing',
  readsPolicy: true,
  isLed: true,
  schema: {},
  usage: `The price book, rating, and the ledger: charges every usage on record. Of several processes one leads, the others stand
by. It publishes the prices of policy, and the list prices of its providers.

Needs DATABASE_URL, NATS_URL, GATEWAY_JOURNAL_ADDRESSES, GATEWAY_ACCOUNTS_ADDRESSES, GATEWAY_ADMIN_TOKEN.
`,
  follow: loadAndFollow,
  async lead({ host, bus, database, journal, from, following, neighbours, awaitProjection, registry: openRegistry }) {
    const { logger, metrics } = host;
    const billing = await leadBilling({
      journal,
      pool: database().pool,
      logger,
      counters: {
        spend: metrics.spend,
        units: metrics.units,
        unpriced: metrics.unpricedUnits,
        house: metrics.houseCost,
      },
      awaitProjection,
      requests: following,
      from,
    });
    host.stack.defer(() => closeInTime(billing));
    return {
      ports: { billing, ledger: billing },
      projections: billing.projections,
      deadLetters: [billing.deadLetters, billing.shadowDeadLetters],
      services: [billingService(billing)],
      stats: () => ({ charges: billing.stats() }),
      async begin() {
        await billing.ready();
        const registry = await openRegistry();
        await registry.reached(await journal.head());
        // Beside this, accounts brings the configuration into the log of a gateway that starts for the first time.
        if (neighbours.has('accounts')) await awaitSeed(registry);
        // A start that has its log in this process fails with it; between processes the log may be on its way.
        const prices = billing.openPrices(registry);
        await (bus === undefined ? prices.publish() : waitFor('the log', prices.publish, host));
        prices.follow();
        for (const warning of modelsWithoutPrice(registry, billing.isPriced)) logger.warn(warning);
      },
      publishMetrics: () => host.beforeMetrics(() => metrics.stuckCharges.set(billing.stats().chargesStuck)),
    };
  },
};

function modelsWithoutPrice(registry: Registry, isPriced: (priceKey: string) => boolean): string[] {
  const providers = Array.from(registry.all('provider'))
    .filter(({ status }) => status !== 'disabled')
    .map((provider) => ({
      name: provider.id,
      catalogue: catalogueOf(provider),
      models: provider.models.length === 0 ? undefined : provider.models,
    }));
  return unpricedModels(providers, (catalogueId) => catalogueModels(catalogueId, systemClock()), isPriced);
}
