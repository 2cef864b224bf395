import type { Usage } from '#ai/usage.ts';
import { accounts, type PostingLine } from './posting.ts';
import { BASIS_POINTS, type Rating, rate } from './rate.ts';
import type { PriceTerms } from './unit-prices.ts';

/** What a provider bills the house for a call that no client pays: its own price, times 1. */
export function rateHouseCost(usage: Usage, terms: PriceTerms, serviceTier: string): Rating {
  return rate(usage, terms, { serviceTier, multiplierBasisPoints: Number(BASIS_POINTS) });
}

/** The lines of such a cost: the house owes it to its providers, and no payer's account is touched. */
export function houseCostLines(
  house: typeof accounts.houseAttempts | typeof accounts.houseShadow,
  amountNanoUsd: bigint,
): readonly PostingLine[] {
  return [
    { account: house, amountNanoUsd: -amountNanoUsd },
    { account: accounts.providerCosts, amountNanoUsd },
  ];
}
