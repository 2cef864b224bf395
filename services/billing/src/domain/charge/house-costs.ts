import type { EventBodies } from '#contracts/events.ts';
import type { Price } from '#money/price.ts';
import {
  costWithoutPrice,
  decideHouseCost,
  type HouseCost,
  type HouseCostDecision,
  type UnpaidCall,
} from '../house-cost/house-cost.ts';

/** The prices that are known. */
export interface PriceLookUp {
  /** Finds any version ever published, not only the newest. */
  readonly findPrice: (priceKey: string, version: number) => Price | undefined;
  /** Prices of which every version of the log can be found: what is not found of them is nowhere. */
  readonly readKeys: ReadonlySet<string>;
}

type HouseCostsDecision =
  | { readonly kind: 'costs'; readonly costs: HouseCost[] }
  | Exclude<HouseCostDecision, { kind: 'cost' }>;

/**
 * What attempts that gave the client nothing cost the house, each at the price pinned for its candidate. One whose price is
 * nowhere in the log costs 0: the client's charge does not wait for what is the house's.
 */
export function decideHouseCosts(
  { candidates }: Pick<EventBodies['RequestAdmitted'], 'candidates'>,
  { attempts, houseLosses }: Pick<EventBodies['UsageRecorded'], 'attempts' | 'houseLosses'>,
  { findPrice, readKeys }: PriceLookUp,
): HouseCostsDecision {
  const costs: HouseCost[] = [];
  for (const { attempt, quantities, serviceTier, estimated } of houseLosses) {
    const { provider, model } = attempts[attempt] ?? { provider: '', model: '' };
    const candidate = candidates.find((each) => each.provider === provider && each.model === model);
    const call: UnpaidCall = { attempt, provider, model, candidate, quantities, serviceTier, estimated };
    const decision = decideHouseCost(call, findPrice);
    if (decision.kind === 'price-unknown' && readKeys.has(decision.priceKey)) costs.push(costWithoutPrice(call));
    else if (decision.kind === 'cost') costs.push(decision.cost);
    else return decision;
  }
  return { kind: 'costs', costs };
}
