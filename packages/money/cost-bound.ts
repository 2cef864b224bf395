import { PICO_PER_NANO } from './nano-usd.ts';
import type { Price } from './price.ts';
import { BASIS_POINTS } from './rate.ts';
import { dearestOutputPicoUsd, dearestPromptPicoUsd, type UnitPrices } from './unit-prices.ts';

type TieredPrice = Pick<Price, 'unitPrices' | 'tiers'>;

/** The most tokens that an event can count (uint32). A price of zero could pay for that many. */
export const TOKENS_MAX = 2 ** 32 - 1;

/** 1 nano-USD of the total in the unit of the sums below: pico-USD times basis points. */
const SCALE = BASIS_POINTS * PICO_PER_NANO;

/**
 * The most a request can cost in nano-USD, rounded up. No usage with at most so many prompt and output tokens, of
 * whatever kinds, is rated higher. Tokens count at the dearest price of their side, in the dearest tier that the bound
 * reaches.
 */
export function costBound(request: {
  readonly promptTokensBound: number;
  readonly outputTokensBound: number;
  readonly price: TieredPrice;
  readonly multiplierBasisPoints: number;
}): bigint {
  let dearestPicoUsd = 0n;
  for (const prices of reachablePrices(request.price, request.promptTokensBound)) {
    const picoUsd =
      BigInt(request.promptTokensBound) * dearestPromptPicoUsd(prices) +
      BigInt(request.outputTokensBound) * dearestOutputPicoUsd(prices);
    if (picoUsd > dearestPicoUsd) dearestPicoUsd = picoUsd;
  }
  return (dearestPicoUsd * BigInt(request.multiplierBasisPoints) + SCALE - 1n) / SCALE;
}

/** Whether no request can cost anything at this price. */
export function isFree(price: TieredPrice): boolean {
  const most = { promptTokensBound: TOKENS_MAX, outputTokensBound: TOKENS_MAX };
  return costBound({ ...most, price, multiplierBasisPoints: Number(BASIS_POINTS) }) === 0n;
}

/**
 * The most output tokens for which `costBound` stays within the available money, at most `TOKENS_MAX`. 0: the money
 * pays for the prompt alone. -1: the money does not pay for the prompt.
 */
export function outputTokensPayable(request: {
  readonly availableNanoUsd: bigint;
  readonly promptTokensBound: number;
  readonly price: TieredPrice;
  readonly multiplierBasisPoints: number;
}): number {
  const multiplier = BigInt(request.multiplierBasisPoints);
  let payable = BigInt(TOKENS_MAX);
  for (const prices of reachablePrices(request.price, request.promptTokensBound)) {
    const promptCost = BigInt(request.promptTokensBound) * dearestPromptPicoUsd(prices) * multiplier;
    const left = request.availableNanoUsd * SCALE - promptCost;
    if (left < 0n) return -1;
    const outputCost = dearestOutputPicoUsd(prices) * multiplier;
    if (outputCost > 0n && left / outputCost < payable) payable = left / outputCost;
  }
  return Number(payable);
}

/** The prices of every tier that a request with at most so many prompt tokens may fall in. */
function reachablePrices(price: TieredPrice, promptTokensBound: number): UnitPrices[] {
  return [
    price.unitPrices,
    ...price.tiers.filter((tier) => tier.abovePromptTokens < promptTokensBound).map((tier) => tier.unitPrices),
  ];
}
