import { PICO_PER_NANO } from './nano-usd.ts';
import { type Price, unitPricesFor } from './price.ts';
import { promptTokensOf, type TokenUsage } from './token-usage.ts';

/** A kind of token, as `gateway.events.v1.ChargeLine` names it. */
export type Unit = 'input' | 'cached_input' | 'cache_write' | 'cache_write_1h' | 'output' | 'reasoning';

export interface RateLine {
  readonly unit: Unit;
  readonly quantity: number;
  readonly pricePicoUsd: bigint;
}

/** The basis points of a multiplier of 1. */
export const BASIS_POINTS = 10_000n;

/**
 * The cost of a usage: a line for each kind of token used, and the total in nano-USD. Throws a RangeError if a count is
 * negative or not whole.
 */
export function rate(
  usage: TokenUsage,
  price: Pick<Price, 'unitPrices' | 'tiers'>,
  multiplierBasisPoints: number,
): { readonly lines: readonly RateLine[]; readonly totalNanoUsd: bigint } {
  const prices = unitPricesFor(price, promptTokensOf(usage));
  const lines: RateLine[] = [];
  const add = (unit: Unit, quantity: number, pricePicoUsd: bigint): void => {
    if (quantity !== 0) lines.push({ unit, quantity, pricePicoUsd });
  };
  add('input', usage.inputTokens, prices.inputPicoUsd);
  add('cached_input', usage.cachedInputTokens, prices.cachedInputPicoUsd);
  add('cache_write', usage.cacheWriteTokens, prices.cacheWritePicoUsd);
  add('cache_write_1h', usage.cacheWrite1hTokens, prices.cacheWrite1hPicoUsd);
  add('output', usage.outputTokens, prices.outputPicoUsd);
  add('reasoning', usage.reasoningTokens, prices.reasoningPicoUsd);
  return { lines, totalNanoUsd: rateLines(lines, multiplierBasisPoints) };
}

/**
 * The nano-USD of lines: the sum of quantity times price, times the multiplier, rounded once at the end to the nearest
 * nano-USD, halves up. In the long run neither side wins more than half a nano-USD a charge. Audits call this on the
 * lines of a charge in the log.
 */
export function rateLines(
  lines: readonly Pick<RateLine, 'quantity' | 'pricePicoUsd'>[],
  multiplierBasisPoints: number,
): bigint {
  let picoUsd = 0n;
  for (const { quantity, pricePicoUsd } of lines) {
    if (quantity < 0) throw new RangeError(`a quantity of ${quantity} tokens cannot be rated`);
    picoUsd += BigInt(quantity) * pricePicoUsd;
  }
  const divisor = BASIS_POINTS * PICO_PER_NANO;
  return (picoUsd * BigInt(multiplierBasisPoints) + divisor / 2n) / divisor;
}
