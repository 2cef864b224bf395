import type { EventBodies } from '#contracts/events.ts';
import { costBound } from '#money/cost-bound.ts';
import { reachFromEvent } from '#money/reach.ts';
import type { PublishedPrices } from '../published-prices.ts';
import { likelyCostOf } from './explain-routing.ts';

/** The most that a request could cost at one of its candidates. */
export interface HoldBound {
  readonly provider: string;
  readonly model: string;
  readonly priceKey: string;
  readonly priceVersion: number;
  /** The admitted bound, or the model's context if that is less. */
  readonly promptTokensBound: number;
  readonly outputTokensBound: number;
  /**
   * Every token at the dearest price of its side, times the multiplier, rounded up. null: the price is not in the log.
   */
  readonly costNanoUsd: bigint | null;
  /** What it was likely to cost there. null: nobody said. */
  readonly likelyCostNanoUsd: bigint | null;
  /** 0: the model that was asked for; n: the nth in its place. */
  readonly stage: number;
  /** Of a later stage, the only failure that it is for; empty: any. */
  readonly standsInFor: string;
}

export function holdBounds(admitted: EventBodies['RequestAdmitted'], prices: PublishedPrices): HoldBound[] {
  const { outputTokensBound, multiplierBasisPoints } = admitted;
  const reach = reachFromEvent(admitted);
  return admitted.candidates.map((candidate) => {
    const { provider, model, priceKey, priceVersion, stage = 0, standsInFor = '' } = candidate;
    const price = prices.find(priceKey, priceVersion);
    const contextTokens = price?.contextTokens ?? 0;
    const promptTokensBound =
      contextTokens > 0 ? Math.min(admitted.promptTokensBound, contextTokens) : admitted.promptTokensBound;
    const costNanoUsd =
      price === undefined
        ? null
        : costBound({ promptTokensBound, outputTokensBound, price, multiplierBasisPoints, ...reach });
    const bound = { provider, model, priceKey, priceVersion, promptTokensBound, outputTokensBound, costNanoUsd };
    return { ...bound, likelyCostNanoUsd: likelyCostOf(candidate), stage, standsInFor };
  });
}
