import type { LeftOut } from '#contracts/routing.ts';
import { fits, type LimitInForce } from '../limit/limit-in-force.ts';
import { type Asked, answerOf } from './asked.ts';
import { leftOutOf } from './left-out.ts';
import { amountFor, type Needs } from './needs.ts';
import type { PricedOne } from './priced-candidates.ts';
import type { InTheWay } from './refusals.ts';
import type { CostedRequest } from './request-cost.ts';

export type LimitsOf = (provider: string) => readonly LimitInForce[];

/** A provider's limits, and what the request can cost at that provider: another's price is none of its limits' matter. */
export interface ProviderLimits {
  readonly cost: CostedRequest;
  readonly limits: readonly LimitInForce[];
}

/** Where a request may end up, and what it counts against there. */
export interface OpenCandidates {
  readonly open: readonly PricedOne[];
  /** Of each provider of these that has any. */
  readonly ofProviders: readonly ProviderLimits[];
  /** The limits that bar the others. */
  readonly barred: readonly InTheWay[];
  readonly leftOut: readonly LeftOut[];
}

/** The candidates whose providers' limits let the request through. A provider's candidates all go through, or none does. */
export function openCandidates(asked: Asked, priced: readonly PricedOne[], limitsOf: LimitsOf): OpenCandidates {
  const ofProviders: ProviderLimits[] = [];
  const barred: InTheWay[] = [];
  const barredBy = new Map<string, string>();
  const seen: string[] = [];
  for (const { candidate } of priced) {
    const { provider } = candidate;
    if (seen.includes(provider)) continue;
    seen.push(provider);
    const limits = limitsOf(provider);
    if (limits.length === 0) continue;
    const { cost, least } = answerOf(asked, candidatesAt(provider, priced));
    const inTheWay = firstInTheWay(limits, least);
    if (inTheWay === undefined) {
      ofProviders.push({ cost, limits });
    } else {
      barred.push(inTheWay);
      barredBy.set(provider, inTheWay.standing.limit.limitId);
    }
  }
  if (barred.length === 0) return { open: priced, ofProviders, barred, leftOut: [] };
  const open: PricedOne[] = [];
  const leftOut: LeftOut[] = [];
  for (const one of priced) {
    const limitId = barredBy.get(one.candidate.provider);
    if (limitId === undefined) open.push(one);
    else leftOut.push(leftOutOf(one.candidate, `limit:${limitId}`));
  }
  return { open, ofProviders, barred, leftOut };
}

function firstInTheWay(limits: readonly LimitInForce[], needs: Needs): InTheWay | undefined {
  for (const standing of limits) {
    const amount = amountFor(standing, needs);
    if (!fits(standing, amount)) return { standing, amount };
  }
  return undefined;
}

function candidatesAt(provider: string, candidates: readonly PricedOne[]): readonly PricedOne[] {
  return candidates.filter(({ candidate }) => candidate.provider === provider);
}
