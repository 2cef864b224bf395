import { fits, type LimitInForce, leftOf } from '../limit/limit-in-force.ts';
import type { Funds } from './funds.ts';
import { amountFor, type Needs, needsOf, outputTokensLeft } from './needs.ts';
import { type OpenBounds, openOutputBound } from './open-output-bound.ts';
import { balanceTooLow, limitReached, type Refusing } from './refusals.ts';
import { type CostedRequest, payableOutputTokens } from './request-cost.ts';

/** A request, what it counts against, and the money it is paid from. */
export interface FittedRequest {
  readonly cost: CostedRequest;
  /** Undefined: the client named the bound. */
  readonly open: OpenBounds | undefined;
  /** What it needs at least. */
  readonly least: Needs;
  /** Output tokens that it is likely to have. */
  readonly outputTokensEstimate: number;
  readonly limits: readonly LimitInForce[];
  /** They let the least through: candidates whose providers' limits do not are left out by now. */
  readonly ofProviders: readonly LimitInForce[];
  readonly funds: Funds;
  readonly nowMs: number;
}

export type Fitting = { readonly kind: 'accepted'; readonly needs: Needs } | Refusing;

/** What is to be set aside for a request, as long an answer as limits and balance allow; or what does not let it through. */
export function fitRequest(request: FittedRequest): Fitting {
  const { cost, open, least, outputTokensEstimate, limits, ofProviders, funds, nowMs } = request;
  const inTheWay = limits
    .map((standing) => ({ standing, amount: amountFor(standing, least) }))
    .filter(({ standing, amount }) => !fits(standing, amount));
  if (inTheWay.length > 0) return limitReached(inTheWay, nowMs);

  const availableNanoUsd = funds.ownedNanoUsd - funds.heldNanoUsd;
  const neededNanoUsd = least.costBoundNanoUsd;
  if (neededNanoUsd > availableNanoUsd) return balanceTooLow({ ...funds, neededNanoUsd, isOpen: open !== undefined });
  if (open === undefined) return { kind: 'accepted', needs: least };

  const allowed = outputTokensAllowed(cost, least, [...limits, ...ofProviders], availableNanoUsd);
  return { kind: 'accepted', needs: needsOf(cost, openOutputBound(open, allowed), outputTokensEstimate) };
}

/** The most output tokens of each choice that the balance and every hard limit allow. */
function outputTokensAllowed(
  cost: CostedRequest,
  least: Needs,
  limits: readonly LimitInForce[],
  availableNanoUsd: bigint,
): number {
  let money = availableNanoUsd;
  let tokens = Number.POSITIVE_INFINITY;
  for (const standing of limits) {
    const left = leftOf(standing);
    const { kind, unit } = standing.limit;
    if (kind === 'hard' && unit === 'cost' && left < money) money = left;
    tokens = Math.min(tokens, outputTokensLeft(standing, left, least, cost.choices) ?? tokens);
  }
  return Math.min(tokens, payableOutputTokens(cost, money));
}
