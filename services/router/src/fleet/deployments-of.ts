import type { PricedCandidate } from '#contracts/quota.ts';
import type { ProviderPool } from '../provider-pool.ts';
import type { Deployment } from './deployment.ts';

/** Each candidate by each account of its provider, in the order of candidates and accounts. */
export function deploymentsOf(
  candidates: readonly PricedCandidate[],
  pool: Pick<ProviderPool, 'get'>,
): readonly Deployment[] {
  const deployments: Deployment[] = [];
  for (const candidate of candidates) {
    const { provider, model, stage = 0, tier = 0 } = candidate;
    const weight = Math.max(1, candidate.weight ?? 1);
    const pooled = pool.get(provider);
    if (pooled?.kind !== 'open') {
      deployments.push({ provider, account: '', model, candidate, stage, tier, weight, open: null });
      continue;
    }
    for (const { id, weight: share, provider: open } of pooled.accounts) {
      deployments.push({ provider, account: id, model, candidate, stage, tier, weight: weight * share, open });
    }
  }
  return deployments;
}
