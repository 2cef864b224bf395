import { fits, type LimitInForce } from '../limit/limit-in-force.ts';
import type { Answer } from './asked.ts';
import type { Funds } from './funds.ts';
import { amountFor, type Needs, needsOf, outputTokensLeft } from './needs.ts';
import { openOutputBound } from './open-output-bound.ts';
import type { ProviderLimits } from './provider-limits.ts';
import { balanceTooLow, type InTheWay, limitUsedUp, type Refusing } from './refusals.ts';
import { type CostedRequest, payableOutputTokens } from './request-cost.ts';

/** A request, what it counts against, and the money it is paid from. */
export interface FittedRequest extends Answer {
  readonly limits: readonly LimitInForce[];
  /** They let the least through: candidates whose providers' limits do not are left out by now. */
  readonly ofProviders: readonly ProviderLimits[];
  readonly funds: Funds;
  readonly nowMs: number;
}

export type Fitting = { readonly kind: 'accepted'; readonly needs: Needs } | Refusing;

/** What is to be set aside for a request, as long an answer as limits and balance allow; or what does not let it through. */
export function fitRequest(request: FittedRequest): Fitting {
  const { cost, open, least, likely, limits, ofProviders, funds, nowMs } = request;
  const inTheWay: InTheWay[] = [];
  for (const standing of limits) {
    const amount = amountFor(standing, least);
    if (!fits(standing, amount)) inTheWay.push({ standing, amount });
  }
  if (inTheWay.length > 0) return limitUsedUp(inTheWay, nowMs);

  const availableNanoUsd = funds.ownedNanoUsd - funds.heldNanoUsd;
  const neededNanoUsd = least.costBoundNanoUsd;
  if (neededNanoUsd > availableNanoUsd) return balanceTooLow({ ...funds, neededNanoUsd, isOpen: open !== undefined });
  if (open === undefined) return { kind: 'accepted', needs: least };

  let allowed = outputTokensAllowed(cost, limits, availableNanoUsd);
  for (const provider of ofProviders) {
    allowed = Math.min(allowed, outputTokensAllowed(provider.cost, provider.limits, availableNanoUsd));
  }
  return { kind: 'accepted', needs: needsOf(cost, openOutputBound(open, allowed), likely) };
}

/** The most output tokens of each choice that money and hard limits allow. */
function outputTokensAllowed(cost: CostedRequest, limits: readonly LimitInForce[], availableNanoUsd: bigint): number {
  let money = availableNanoUsd;
  let tokens = Number.POSITIVE_INFINITY;
  for (const standing of limits) {
    const { left, limit } = standing;
    const { kind, unit } = limit;
    if (kind === 'hard' && unit === 'cost' && left < money) money = left;
    tokens = Math.min(tokens, outputTokensLeft(standing, left, cost) ?? tokens);
  }
  return Math.min(tokens, payableOutputTokens(cost, money));
}
