import { fits, type LimitInForce } from '../limit/limit-in-force.ts';
import { type Asked, answerOf, costAt } from './asked.ts';
import { amountFor } from './needs.ts';
import type { PricedOne } from './priced-candidates.ts';
import type { InTheWay } from './refusals.ts';
import type { CostedRequest } from './request-cost.ts';

export type LimitsOf = (provider: string) => readonly LimitInForce[];

/** A provider's limits, and what the request can cost at that provider: another's price is none of its limits' matter. */
export interface ProviderLimits {
  readonly cost: CostedRequest;
  readonly limits: readonly LimitInForce[];
}

/** The candidates whose providers' limits let the request through, and the limits that bar the others. */
export function openCandidates(
  asked: Asked,
  priced: readonly PricedOne[],
  limitsOf: LimitsOf,
): { readonly open: readonly PricedOne[]; readonly barred: readonly InTheWay[] } {
  const barred: InTheWay[] = [];
  if (priced.every(({ candidate }) => limitsOf(candidate.provider).length === 0)) return { open: priced, barred };
  const open = priced.filter(({ candidate: { provider } }) => {
    const { least } = answerOf(asked, candidatesAt(provider, priced));
    const inTheWay = limitsOf(provider)
      .map((standing) => ({ standing, amount: amountFor(standing, least) }))
      .find(({ standing, amount }) => !fits(standing, amount));
    if (inTheWay !== undefined) barred.push(inTheWay);
    return inTheWay === undefined;
  });
  return { open, barred };
}

/** Of each provider that the request may end up at and that has any. */
export function limitsOfProviders(
  asked: Asked,
  open: readonly PricedOne[],
  limitsOf: LimitsOf,
): readonly ProviderLimits[] {
  const providers = new Set(open.map(({ candidate }) => candidate.provider));
  return [...providers].flatMap((provider) => {
    const limits = limitsOf(provider);
    return limits.length === 0 ? [] : [{ cost: costAt(asked, candidatesAt(provider, open)), limits }];
  });
}

function candidatesAt(provider: string, candidates: readonly PricedOne[]): readonly PricedOne[] {
  return candidates.filter(({ candidate }) => candidate.provider === provider);
}
