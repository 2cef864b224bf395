import { keyPlacesFrom } from '#config/key-references.ts';
import { privatePlacesFrom } from '#config/private-places.ts';
import type { ServiceModule } from '#host/service-module.ts';
import { createMasterKey } from '#master-key/master-key.ts';
import { publishProviderHealth } from '#telemetry/provider-health.ts';
import { createProviderKeys } from './adapters/provider-keys.ts';
import { routerService } from './api/router-service.ts';
import { tracedRouter } from './api/traced-router.ts';
import { routerLimitsFrom } from './config-from.ts';
import { createRouter } from './router.ts';

/** The size of a request besides its body: ids, candidates, bounds. */
const ENVELOPE_MAX_BYTES = 1024 * 1024;

/** Calls providers, as a module of a process. */
export const routerModule: ServiceModule = {
  name: 'router',
  readsPolicy: true,
  usage: `Calls providers for admitted requests. Run as many as there is work for.

Needs NATS_URL, GATEWAY_JOURNAL_ADDRESSES, GATEWAY_ACCOUNTS_ADDRESSES, GATEWAY_ADMIN_TOKEN, and the variables and files that hold the providers' keys.
GATEWAY_MASTER_KEY: opens the keys that are kept sealed. GATEWAY_PROVIDER_KEY_DIRS: where files with keys may be.
GATEWAY_PRIVATE_PROVIDERS: private addresses, ranges and host names that providers may have.
`,
  async lead({ host, journal, registry: openRegistry }) {
    const { config, environment, logger, metrics } = host;
    const registry = await openRegistry();
    const masterKey = config.masterKey === undefined ? null : createMasterKey(config.masterKey);
    const untraced = createRouter({
      limits: routerLimitsFrom(config),
      registry,
      keys: createProviderKeys({ environment, masterKey, places: keyPlacesFrom(config, environment) }),
      privatePlaces: privatePlacesFrom(config, environment),
      journal,
      logger,
      unchargedTokens: metrics.unchargedTokens,
      shadows: metrics.shadows,
      openings: metrics.breakerOpenings,
    });
    host.stack.defer(() => untraced.close());
    const router = tracedRouter(untraced, host.tracer);
    return {
      ports: { router, routerAdmin: router },
      services: [routerService(router)],
      grpc: { requestMaxBytes: config.bodyMaxBytes + ENVELOPE_MAX_BYTES, withMultiplexing: true },
      // Requests that came earlier would be told that providers of the log are none.
      begin: async () => registry.reached(await journal.head()),
      publishMetrics() {
        host.beforeMetrics(() => publishProviderHealth(metrics, router.providerHealth()));
      },
    };
  },
};
