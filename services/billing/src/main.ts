import { providersFrom } from '#config/providers.ts';
import { deadLettersService } from '#dead-letters/dead-letters-service.ts';
import { leadFollowing, startProjections } from '#host/lead-service.ts';
import { runService } from '#host/run-service.ts';
import { serveGrpc } from '#host/serve-grpc.ts';
import { waitFor } from '#host/wait-for.ts';
import { projectionsService } from '#journal/projections-service.ts';
import { billingService } from './api/billing-service.ts';
import { leadBilling, loadAndFollow } from './billing.ts';
import { billingConfigFrom } from './config-from.ts';

await runService({
  name: 'billing',
  hasSchema: true,
  usage: `The price book, rating, and the ledger: charges every usage on record. Of several processes one leads, the others stand
by. The providers of its configuration, and the keys in its environment, say whose list prices it publishes.

Needs DATABASE_URL, NATS_URL, GATEWAY_JOURNAL_ADDRESSES, GATEWAY_ADMIN_TOKEN.
`,
  async start(host) {
    const { config, environment, logger, metrics } = host;
    // First of all: a standby with settings it cannot lead by would be taken for a successor.
    const ownConfig = billingConfigFrom(config);
    const leadership = await leadFollowing(host, loadAndFollow);
    const { pool, term, following: requests, isLeading, afterLease } = leadership;
    const billing = await leadBilling({
      config: ownConfig,
      journal: term.journal,
      pool,
      logger,
      requests,
      from: term.position,
    });
    host.stack.defer(() => billing.close());
    const projections = await startProjections(host, leadership, billing.projections);
    await billing.ready();
    const catalogues = new Set(providersFrom(config.providers, environment).map((provider) => provider.catalogue));
    await waitFor('the log', () => billing.seedPrices([...catalogues]), host);
    const deadLetters = deadLettersService([...projections.deadLetters, billing.deadLetters]);
    const services = [billingService(billing), projectionsService(projections), deadLetters];
    await serveGrpc(host, services, { isServing: isLeading, afterLease });
    host.beforeMetrics(() => metrics.stuckCharges.set(billing.stats().chargesStuck));
  },
});
