import type { Price } from '#money/price.ts';
import { completeUnitPrices } from '#money/unit-prices.ts';

export function examplePrice(priceKey: string, version: number, inputPicoUsd: bigint, outputPicoUsd: bigint): Price {
  return {
    priceKey,
    version,
    unitPrices: completeUnitPrices({ inputPicoUsd, outputPicoUsd }),
    tiers: [],
    contextTokens: 0,
    outputTokensMax: 0,
  };
}
