import type { Price } from '#money/price.ts';

export function examplePrice(priceKey: string, version: number, inputPicoUsd: bigint, outputPicoUsd: bigint): Price {
  return {
    priceKey,
    version,
    prices: { input: inputPicoUsd, output: outputPicoUsd },
    bands: [],
    serviceTiers: [],
    contextTokens: 0,
    outputTokensMax: 0,
  };
}
