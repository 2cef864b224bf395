import { providersFrom } from '#config/providers.ts';
import { unsetKeys } from '#config/unset-keys.ts';
import type { ServiceModule } from '#host/service-module.ts';
import { routerService } from './api/router-service.ts';
import { tracedRouter } from './api/traced-router.ts';
import { routerConfigFrom } from './config-from.ts';
import { createRouter } from './router.ts';

/** The size of a request besides its body: ids, candidates, bounds. */
const ENVELOPE_MAX_BYTES = 1024 * 1024;

/** Calls providers, as a module of a process. */
export const routerModule: ServiceModule = {
  name: 'router',
  usage: `Calls providers for admitted requests. Run as many as there is work for.

Needs NATS_URL, GATEWAY_JOURNAL_ADDRESSES, GATEWAY_ADMIN_TOKEN, and the providers' keys.
`,
  check({ config, environment }) {
    if (providersFrom(config.providers, environment).length > 0) return;
    throw new Error('there is no provider: configure one (GATEWAY_CONFIG), or set a key such as OPENAI_API_KEY');
  },
  async lead({ host, journal }) {
    const { config, environment, logger, metrics } = host;
    for (const warning of unsetKeys(config.providers, environment)) logger.warn(warning);
    const untraced = createRouter({
      config: routerConfigFrom(config, providersFrom(config.providers, environment)),
      journal,
      logger,
      unchargedTokens: metrics.unchargedTokens,
    });
    host.stack.defer(() => untraced.close());
    const router = tracedRouter(untraced, host.tracer);
    return {
      ports: { router },
      services: [routerService(router)],
      grpc: { requestMaxBytes: config.bodyMaxBytes + ENVELOPE_MAX_BYTES, withMultiplexing: true },
      publishMetrics() {
        host.beforeMetrics(() => {
          for (const { provider, isHealthy } of router.providerHealth()) {
            metrics.providerHealth.set({ provider }, isHealthy ? 1 : 0);
          }
        });
      },
    };
  },
};
