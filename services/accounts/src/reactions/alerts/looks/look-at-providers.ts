import { downSinceAfter, providerDownReadings } from '../../../domain/alert/readings/provider-down.ts';
import { type Look, present } from './look.ts';

/** Providers as the routers see them. */
export const lookAtProviders: Look = async (rule, { registry, neighbours, nowMs, memory }) => {
  const health = await present(neighbours.routerAdmin, 'the router').currentHealth();
  const active = health.filter(({ provider }) => registry.get('provider', provider)?.status === 'active');
  memory.downSince = downSinceAfter(memory.downSince, active, nowMs);
  const named = new Set(rule.providers);
  const watched = active.filter(({ provider }) => named.size === 0 || named.has(provider));
  return { readings: providerDownReadings(rule, watched, { downSince: memory.downSince, nowMs }), isWhole: true };
};
