import type { Usage } from '#ai/usage.ts';
import type { AdmitRequest, PricedCandidate } from '#contracts/quota.ts';
import type { Price } from '#money/price.ts';
import { rate } from '#money/rate.ts';
import type { PricedOne } from './priced-candidates.ts';

/** What a request is likely to use. */
export interface LikelyUse {
  readonly usage: Usage;
  readonly serviceTier: string;
}

/** @param outputTokens What the caller's answers usually have, within the bound of this one. */
export function likelyUseOf(
  { promptTokensEstimate, counts, serviceTier }: AdmitRequest,
  outputTokens: number,
): LikelyUse {
  return { usage: { ...counts, input: promptTokensEstimate, output: outputTokens }, serviceTier };
}

/** Nano-USD of the likely use at a price. */
export function likelyCostNanoUsd(
  { usage, serviceTier }: LikelyUse,
  price: Price,
  multiplierBasisPoints: number,
): bigint {
  return rate(usage, price, { serviceTier, multiplierBasisPoints }).totalNanoUsd;
}

/** The candidates, each with what the request is likely to cost there, for strategies that go by it. */
export function withLikelyCosts(
  use: LikelyUse,
  candidates: readonly PricedOne[],
  multiplierBasisPoints: number,
): readonly PricedCandidate[] {
  // Candidates often share a price, one after the other.
  let last: Price | undefined;
  let lastCost = '';
  return candidates.map(({ candidate, price }) => {
    if (price !== last) {
      last = price;
      lastCost = String(likelyCostNanoUsd(use, price, multiplierBasisPoints));
    }
    return { ...candidate, likelyCostNanoUsd: lastCost };
  });
}
