import type { ProviderHealth } from '#contracts/router.ts';
import type { Reading } from '../reading.ts';
import { type Rule, SECOND_MS } from './rule.ts';

/** Since when providers are not well, by id. */
export type DownSince = ReadonlyMap<string, number>;

const WELL: ReadonlySet<string> = new Set(['closed', 'draining']);

/**
 * Since when each provider is not well, after another look. A circuit breaker that tries a provider and opens again begins anew,
 * while the outage goes on: the time counts from the first look that found the provider away until one finds it well.
 */
export function downSinceAfter(before: DownSince, health: readonly ProviderHealth[], nowMs: number): DownSince {
  const away = health.filter(({ state }) => !WELL.has(state));
  return new Map(
    away.map(({ provider, sinceMs }) => [provider, Math.min(before.get(provider) ?? nowMs, sinceMs || nowMs, nowMs)]),
  );
}

/** Providers that are away for as long as the rule says. A half-open breaker tells nothing yet. */
export function providerDownReadings(
  rule: Rule,
  health: readonly ProviderHealth[],
  { downSince, nowMs }: { readonly downSince: DownSince; readonly nowMs: number },
): readonly Reading[] {
  return health.map(({ provider, state, reason }): Reading => {
    const sinceMs = downSince.get(provider);
    const isLong = sinceMs !== undefined && nowMs - sinceMs >= rule.forSeconds * SECOND_MS;
    return {
      ruleId: rule.id,
      kind: 'provider_down',
      subject: { kind: 'provider', id: provider, name: '' },
      threshold: `${rule.forSeconds} s`,
      state: WELL.has(state) ? 'clear' : isLong && state !== 'half_open' ? 'over' : 'between',
      facts: { state, reason, down_seconds: String(Math.floor((nowMs - (sinceMs ?? nowMs)) / SECOND_MS)) },
    };
  });
}
