import type { AdmitRequest, ModelCandidate, PricedCandidate } from '#contracts/quota.ts';
import type { LeftOut } from '#contracts/routing.ts';
import { unpricedIn } from '#money/cost-bound.ts';
import type { Price } from '#money/price.ts';
import { hasOutput } from './has-output.ts';
import { leftOutOf } from './left-out.ts';
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
  /** The first that has a price of text at least, also where that is not for all that the request may use. */
  readonly first: PricedOne | undefined;
  readonly leftOut: readonly LeftOut[];
}

/**
 * The candidates that have a price for all that the request may use, each pinned to its version: what has no price is never
 * called.
 */
export function pricedCandidates(
  request: AdmitRequest,
  priceOf: (priceKey: string) => Price | undefined,
): PricedCandidates {
  const priced: PricedOne[] = [];
  const leftOut: LeftOut[] = [];
  let unpriced: Unpriced | undefined;
  let first: PricedOne | undefined;
  for (const candidate of request.candidates) {
    const price = priceOf(candidate.priceKey);
    const lacks = price === undefined ? undefined : lackOf(request, price);
    unpriced ??= lacks;
    const one = price === undefined ? undefined : pinned(candidate, price);
    if (lacks !== 'input' && lacks !== 'output') first ??= one;
    if (one === undefined || lacks !== undefined) leftOut.push(leftOutOf(candidate, UNPRICED));
    else priced.push(one);
  }
  return { priced, unpriced, first, leftOut };
}

/** The target of the request's copy, where it has a price for all that the request may use. */
export function pricedShadow(
  request: AdmitRequest,
  priceOf: (priceKey: string) => Price | undefined,
): { readonly shadow: PricedOne | undefined; readonly leftOut: readonly LeftOut[] } {
  const target = request.routing?.shadow;
  if (target === undefined) return { shadow: undefined, leftOut: [] };
  const price = priceOf(target.priceKey);
  if (price === undefined || lackOf(request, price) !== undefined) {
    return { shadow: undefined, leftOut: [leftOutOf(target, UNPRICED)] };
  }
  return { shadow: pinned(target, price), leftOut: [] };
}

/** Why a candidate without a price is left out. */
const UNPRICED = 'unpriced';

function lackOf(request: AdmitRequest, price: Price): Unpriced | undefined {
  const { otherUnits, counts, serviceTier } = request;
  const promptTokensBound = promptTokensBoundAt(price, request);
  return unpricedIn({ price, promptTokensBound, otherUnits, counts, serviceTier, hasOutput: hasOutput(request) });
}

function pinned(candidate: ModelCandidate, price: Price): PricedOne {
  return { candidate: { ...candidate, priceVersion: price.version }, price };
}
