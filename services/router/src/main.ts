import { providersFrom } from '#config/providers.ts';
import { openBus, openRemoteJournal } from '#host/connect-parts.ts';
import { runService } from '#host/run-service.ts';
import { serveGrpc } from '#host/serve-grpc.ts';
import { tracedJournal } from '#journal/traced-journal.ts';
import { routerService } from './api/router-service.ts';
import { tracedRouter } from './api/traced-router.ts';
import { routerConfigFrom } from './config-from.ts';
import { createRouter } from './router.ts';

/** What comes with a body: ids, candidates, bounds. */
const ENVELOPE_MAX_BYTES = 1024 * 1024;

await runService({
  name: 'router',
  usage: `Calls providers for admitted requests. Run as many as there is work for.

Needs NATS_URL, GATEWAY_JOURNAL_ADDRESSES, GATEWAY_ADMIN_TOKEN, and the providers' keys.
`,
  async start(host) {
    const { config, environment, logger, metrics } = host;
    const providers = providersFrom(config.providers, environment);
    if (providers.length === 0) {
      throw new Error('there is no provider: configure one (GATEWAY_CONFIG), or set a key such as OPENAI_API_KEY');
    }
    const journal = tracedJournal(openRemoteJournal(host, await openBus(host)), host.tracer);
    const untraced = createRouter({
      config: routerConfigFrom(config, providers),
      journal,
      logger,
      unchargedTokens: metrics.unchargedTokens,
    });
    host.stack.defer(() => untraced.close());
    const router = tracedRouter(untraced, host.tracer);
    await serveGrpc(host, [routerService(router)], {
      requestMaxBytes: config.bodyMaxBytes + ENVELOPE_MAX_BYTES,
      withMultiplexing: true,
    });
    host.beforeMetrics(() => {
      for (const { provider, isHealthy } of router.providerHealth()) {
        metrics.providerHealth.set({ provider }, isHealthy ? 1 : 0);
      }
    });
  },
});
