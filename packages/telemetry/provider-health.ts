import type { HealthState, ProviderHealth } from '#contracts/router.ts';
import type { GatewayMetrics } from './metrics.ts';

const states = ['closed', 'half_open', 'open', 'draining', 'down'] as const satisfies readonly HealthState[];

type Metrics = Pick<
  GatewayMetrics,
  'providerHealth' | 'providerState' | 'providerInFlight' | 'providerWaiting' | 'deployments'
>;

/** Sets the gauges of providers, as this process' router sees them, or the router that was asked last. A provider that is drained on purpose is neither healthy nor unhealthy. */
export function publishProviderHealth(metrics: Metrics, health: readonly ProviderHealth[]): void {
  const { providerHealth, providerState, providerInFlight, providerWaiting, deployments } = metrics;
  for (const gauge of [providerHealth, providerState, providerInFlight, providerWaiting, deployments]) gauge.reset();
  for (const { provider, isHealthy, state: own, inFlight, waiting, deployments: known } of health) {
    if (own !== 'draining') providerHealth.set({ provider }, isHealthy ? 1 : 0);
    providerInFlight.set({ provider }, inFlight);
    providerWaiting.set({ provider }, waiting);
    for (const state of states) {
      providerState.set({ provider, state }, state === own ? 1 : 0);
      deployments.set({ provider, state }, known.filter((each) => each.state === state).length);
    }
  }
}
