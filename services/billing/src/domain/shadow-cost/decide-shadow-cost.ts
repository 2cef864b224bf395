import type { EventBodies } from '#contracts/events.ts';
import { houseCostLines } from '#money/house-cost.ts';
import { accounts, post } from '#money/posting.ts';
import type { Price } from '#money/price.ts';
import { decideHouseCost, type HouseCostDecision } from '../house-cost/house-cost.ts';

export type ShadowCost = EventBodies['ShadowCostPosted'];

export type ShadowCostDecision =
  | { readonly kind: 'post'; readonly posted: ShadowCost }
  | Exclude<HouseCostDecision, { kind: 'cost' }>;

/**
 * Rates the copy of a request at the price version that admission pinned for its target, times 1. The cost follows from the
 * log alone (its time is the record's), so deciding it again gives the same bytes.
 */
export function decideShadowCost(
  shadow: EventBodies['ShadowRecorded'],
  findPrice: (priceKey: string, version: number) => Price | undefined,
): ShadowCostDecision {
  const { requestId, routeId, candidate, answer, quantities, serviceTier, estimated, recordedAtMs } = shadow;
  const { provider, model } = candidate;
  const call = { attempt: 0, provider, model, candidate, quantities, serviceTier, estimated };
  const decision = decideHouseCost(call, findPrice);
  if (decision.kind !== 'cost') return decision;
  const { cost } = decision;
  return {
    kind: 'post',
    posted: {
      requestId,
      routeId,
      cost,
      postings: post(houseCostLines(accounts.houseShadow, BigInt(cost.amountNanoUsd))),
      postedAtMs: recordedAtMs,
      answeredProvider: answer.provider,
      answeredModel: answer.model,
    },
  };
}
