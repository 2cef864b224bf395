import type { AdmitRequest, PricedCandidate } from '#contracts/quota.ts';
import type { Price } from '#money/price.ts';

/** Where a request may go, with the price version it is pinned to. */
export interface PricedOne {
  readonly candidate: PricedCandidate;
  readonly price: Price;
}

/** The candidates that have a price, each pinned to its version: what has no price is never called. */
export function pricedCandidates(
  request: AdmitRequest,
  priceOf: (priceKey: string) => Price | undefined,
): readonly PricedOne[] {
  const priced: PricedOne[] = [];
  for (const { provider, model, priceKey } of request.candidates) {
    const price = priceOf(priceKey);
    if (price === undefined) continue;
    priced.push({ candidate: { provider, model, priceKey, priceVersion: price.version }, price });
  }
  return priced;
}
