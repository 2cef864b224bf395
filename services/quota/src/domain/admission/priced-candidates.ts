import type { AdmitRequest, PricedCandidate } from '#contracts/quota.ts';
import { unpricedIn } from '#money/cost-bound.ts';
import type { Price } from '#money/price.ts';
import { hasOutput } from './has-output.ts';
import { promptTokensBoundAt } from './request-cost.ts';

/** Where a request may go, with the price version it is pinned to. */
export interface PricedOne {
  readonly candidate: PricedCandidate;
  readonly price: Price;
}

/** What a price says nothing of, and the request may use. */
export type Unpriced = NonNullable<ReturnType<typeof unpricedIn>>;

export interface PricedCandidates {
  readonly priced: readonly PricedOne[];
  /** What the first candidate that has a price, though not for all that the request may use, lacks. */
  readonly unpriced: Unpriced | undefined;
}

/**
 * The candidates that have a price for all that the request may use, each pinned to its version: what has no price is never
 * called.
 */
export function pricedCandidates(
  request: AdmitRequest,
  priceOf: (priceKey: string) => Price | undefined,
): PricedCandidates {
  const { otherUnits, counts, serviceTier } = request;
  const uses = { otherUnits, counts, serviceTier, hasOutput: hasOutput(request) };
  const priced: PricedOne[] = [];
  let unpriced: Unpriced | undefined;
  for (const { provider, model, priceKey } of request.candidates) {
    const price = priceOf(priceKey);
    if (price === undefined) continue;
    const promptTokensBound = promptTokensBoundAt(price, request);
    const lacks = unpricedIn({ price, promptTokensBound, ...uses });
    if (lacks !== undefined) unpriced ??= lacks;
    else priced.push({ candidate: { provider, model, priceKey, priceVersion: price.version }, price });
  }
  return { priced, unpriced };
}
