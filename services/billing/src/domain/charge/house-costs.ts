import type { EventBodies } from '#contracts/events.ts';
import type { Price } from '#money/price.ts';
import { decideHouseCost, type HouseCost, type HouseCostDecision } from '../house-cost/house-cost.ts';

type HouseCostsDecision =
  | { readonly kind: 'costs'; readonly costs: HouseCost[] }
  | Exclude<HouseCostDecision, { kind: 'cost' }>;

/** What attempts that gave the client nothing cost the house, each at the price pinned for its candidate. */
export function decideHouseCosts(
  { candidates }: Pick<EventBodies['RequestAdmitted'], 'candidates'>,
  { attempts, houseLosses }: Pick<EventBodies['UsageRecorded'], 'attempts' | 'houseLosses'>,
  findPrice: (priceKey: string, version: number) => Price | undefined,
): HouseCostsDecision {
  const costs: HouseCost[] = [];
  for (const { attempt, quantities, serviceTier, estimated } of houseLosses) {
    const { provider, model } = attempts[attempt] ?? { provider: '', model: '' };
    const candidate = candidates.find((each) => each.provider === provider && each.model === model);
    const call = { attempt, provider, model, candidate, quantities, serviceTier, estimated };
    const decision = decideHouseCost(call, findPrice);
    if (decision.kind !== 'cost') return decision;
    costs.push(decision.cost);
  }
  return { kind: 'costs', costs };
}
