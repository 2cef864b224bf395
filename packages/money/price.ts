import type { EventBodies } from '#contracts/events.ts';
import type { UnitPrices } from './unit-prices.ts';

export type { UnitPrices } from './unit-prices.ts';

/** Prices for the whole of a request with more prompt tokens than the threshold. */
export interface PriceTier {
  readonly abovePromptTokens: number;
  readonly unitPrices: UnitPrices;
}

/** One version of a model's price. */
export interface Price {
  /** <catalogue>/<model>. */
  readonly priceKey: string;
  /** From 1. */
  readonly version: number;
  readonly unitPrices: UnitPrices;
  /** Thresholds ascending. */
  readonly tiers: readonly PriceTier[];
  /** The most that the model can take and give; 0 if not known. */
  readonly contextTokens: number;
  readonly outputTokensMax: number;
}

/** A published price; `version` is the event's version in its stream. */
export function priceFromEvent(data: EventBodies['PricePublished'], version: number): Price {
  return {
    priceKey: data.priceKey,
    version,
    unitPrices: unitPricesFromEvent(data.unitPrices),
    tiers: data.tiers.map((tier) => ({
      abovePromptTokens: tier.abovePromptTokens,
      unitPrices: unitPricesFromEvent(tier.unitPrices),
    })),
    contextTokens: data.contextTokens,
    outputTokensMax: data.outputTokensMax,
  };
}

/**
 * The prices of a request with so many prompt tokens: those of the highest tier that it exceeds, for all of its tokens.
 */
export function unitPricesFor(price: Pick<Price, 'unitPrices' | 'tiers'>, promptTokens: number): UnitPrices {
  return price.tiers.findLast((tier) => promptTokens > tier.abovePromptTokens)?.unitPrices ?? price.unitPrices;
}

type UnitPricesJson = EventBodies['PricePublished']['unitPrices'];

/** The prices as they stand in an event. */
export function unitPricesToEvent(prices: UnitPrices): UnitPricesJson {
  return {
    inputPicoUsd: String(prices.inputPicoUsd),
    cachedInputPicoUsd: String(prices.cachedInputPicoUsd),
    cacheWritePicoUsd: String(prices.cacheWritePicoUsd),
    cacheWrite1hPicoUsd: String(prices.cacheWrite1hPicoUsd),
    outputPicoUsd: String(prices.outputPicoUsd),
    reasoningPicoUsd: String(prices.reasoningPicoUsd),
  };
}

function unitPricesFromEvent(prices: UnitPricesJson): UnitPrices {
  return {
    inputPicoUsd: BigInt(prices.inputPicoUsd),
    cachedInputPicoUsd: BigInt(prices.cachedInputPicoUsd),
    cacheWritePicoUsd: BigInt(prices.cacheWritePicoUsd),
    cacheWrite1hPicoUsd: BigInt(prices.cacheWrite1hPicoUsd),
    outputPicoUsd: BigInt(prices.outputPicoUsd),
    reasoningPicoUsd: BigInt(prices.reasoningPicoUsd),
  };
}
