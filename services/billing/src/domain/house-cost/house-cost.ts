import { isUnit } from '#ai/units.ts';
import { isNoUsage } from '#ai/usage.ts';
import type { EventBodies } from '#contracts/events.ts';
import { rateHouseCost } from '#money/house-cost.ts';
import type { Price } from '#money/price.ts';
import { usageFromEvent } from '#money/quantities.ts';

/** What a call costs the house, as it stands in an event. */
export type HouseCost = EventBodies['ShadowCostPosted']['cost'];

/** A call that no client pays, with the price it was pinned to; no candidate: the admission has none of that name. */
export interface UnpaidCall {
  readonly attempt: number;
  readonly provider: string;
  readonly model: string;
  readonly candidate: { readonly priceKey: string; readonly priceVersion: number } | undefined;
  readonly quantities: EventBodies['UsageRecorded']['quantities'];
  readonly serviceTier: string;
  readonly estimated: boolean;
}

export type HouseCostDecision =
  | { readonly kind: 'cost'; readonly cost: HouseCost }
  | { readonly kind: 'price-unknown'; readonly priceKey: string; readonly priceVersion: number }
  | { readonly kind: 'unratable'; readonly reason: string };

/**
 * Rates a call at its pinned price, times 1. A call of no candidate costs 0 and has no lines: there is no price to rate it
 * at, and a client's charge must not wait for that.
 */
export function decideHouseCost(
  call: UnpaidCall,
  findPrice: (priceKey: string, version: number) => Price | undefined,
): HouseCostDecision {
  const unknown = call.quantities.find(({ unit }) => !isUnit(unit));
  if (unknown !== undefined) {
    return { kind: 'unratable', reason: `a call has the unit "${unknown.unit}", which this version does not know` };
  }
  const { candidate } = call;
  const used = usageFromEvent(call.quantities);
  if (candidate === undefined || isNoUsage(used)) return { kind: 'cost', cost: costWithoutPrice(call) };
  const { priceKey, priceVersion } = candidate;
  const price = findPrice(priceKey, priceVersion);
  if (price === undefined) return { kind: 'price-unknown', priceKey, priceVersion };
  const { lines, totalNanoUsd } = rateHouseCost(used, price, call.serviceTier);
  return {
    kind: 'cost',
    cost: {
      ...costWithoutPrice(call),
      lines: lines.map(({ unit, quantity, pricePicoUsd }) => ({ unit, quantity, pricePicoUsd: String(pricePicoUsd) })),
      amountNanoUsd: String(totalNanoUsd),
    },
  };
}

/** A cost of 0 without lines: there is nothing to rate, or no price to rate it at. */
export function costWithoutPrice({ attempt, provider, model, candidate, estimated }: UnpaidCall): HouseCost {
  const { priceKey, priceVersion } = candidate ?? { priceKey: '', priceVersion: 0 };
  return { attempt, provider, model, priceKey, priceVersion, estimated, lines: [], amountNanoUsd: '0' };
}
