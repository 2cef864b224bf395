import type { PricedCandidate } from '#contracts/quota.ts';
import type { ProviderPool } from '../provider-pool.ts';
import type { Deployment } from './deployment.ts';

/** Each candidate by each account of its provider, in the order of candidates and accounts. */
export function deploymentsOf(
  candidates: readonly PricedCandidate[],
  pool: Pick<ProviderPool, 'get'>,
): readonly Deployment[] {
  return candidates.flatMap((candidate): Deployment[] => {
    const { provider, model, stage = 0, tier = 0, weight = 1 } = candidate;
    const pooled = pool.get(provider);
    const common = { provider, model, candidate, stage, tier };
    if (pooled?.kind !== 'open') return [{ ...common, account: '', weight: Math.max(1, weight), open: null }];
    return pooled.accounts.map((account) => ({
      ...common,
      account: account.id,
      weight: Math.max(1, weight) * account.weight,
      open: account.provider,
    }));
  });
}
