import type { PricedCandidate } from '#contracts/quota.ts';
import { rate } from '#money/rate.ts';
import type { Run, RunParts } from './run.ts';
import type { Used } from './used.ts';

/**
 * What the client will be charged for a usage, in nano-USD, as billing will rate it; undefined: its price is not at hand. Where a
 * provider used more than the hold covers, less is charged than this.
 */
export async function costOf(
  { prices }: Pick<RunParts, 'prices'>,
  { request }: Pick<Run, 'request'>,
  candidate: PricedCandidate,
  { usage, serviceTier }: Used,
): Promise<bigint | undefined> {
  const { multiplierBasisPoints } = request;
  const found = prices.find(candidate);
  const price = found instanceof Promise ? await found : found;
  if (price === undefined || multiplierBasisPoints === 0) return undefined;
  return rate(usage, price, { serviceTier, multiplierBasisPoints }).totalNanoUsd;
}
