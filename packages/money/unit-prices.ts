/** The price of a token of each kind, in pico-USD (10^-12 USD). A token is of one kind only. */
export interface UnitPrices {
  readonly inputPicoUsd: bigint;
  readonly cachedInputPicoUsd: bigint;
  /** Written to the provider's cache for its short lifetime, and for its long one (1 hour). */
  readonly cacheWritePicoUsd: bigint;
  readonly cacheWrite1hPicoUsd: bigint;
  readonly outputPicoUsd: bigint;
  readonly reasoningPicoUsd: bigint;
}

/** Prices as people and catalogues state them. A missing price equals the price of the kind it belongs to. */
export type StatedUnitPrices = Pick<UnitPrices, 'inputPicoUsd' | 'outputPicoUsd'> &
  Partial<{ readonly [K in keyof UnitPrices]: bigint | undefined }>;

/**
 * Fills in the missing prices: cache reads and writes cost as input, long writes as short ones, reasoning as output.
 */
export function completeUnitPrices(stated: StatedUnitPrices): UnitPrices {
  const { inputPicoUsd, outputPicoUsd } = stated;
  const cacheWritePicoUsd = stated.cacheWritePicoUsd ?? inputPicoUsd;
  return {
    inputPicoUsd,
    cachedInputPicoUsd: stated.cachedInputPicoUsd ?? inputPicoUsd,
    cacheWritePicoUsd,
    cacheWrite1hPicoUsd: stated.cacheWrite1hPicoUsd ?? cacheWritePicoUsd,
    outputPicoUsd,
    reasoningPicoUsd: stated.reasoningPicoUsd ?? outputPicoUsd,
  };
}

/** The highest price that a prompt token can have. */
export function dearestPromptPicoUsd(prices: UnitPrices): bigint {
  return [prices.cachedInputPicoUsd, prices.cacheWritePicoUsd, prices.cacheWrite1hPicoUsd].reduce(
    dearer,
    prices.inputPicoUsd,
  );
}

/** The highest price that an output token can have. */
export function dearestOutputPicoUsd(prices: UnitPrices): bigint {
  return dearer(prices.outputPicoUsd, prices.reasoningPicoUsd);
}

/** The higher price of the two, kind by kind. */
export function dearerUnitPrices(a: UnitPrices, b: UnitPrices): UnitPrices {
  return {
    inputPicoUsd: dearer(a.inputPicoUsd, b.inputPicoUsd),
    cachedInputPicoUsd: dearer(a.cachedInputPicoUsd, b.cachedInputPicoUsd),
    cacheWritePicoUsd: dearer(a.cacheWritePicoUsd, b.cacheWritePicoUsd),
    cacheWrite1hPicoUsd: dearer(a.cacheWrite1hPicoUsd, b.cacheWrite1hPicoUsd),
    outputPicoUsd: dearer(a.outputPicoUsd, b.outputPicoUsd),
    reasoningPicoUsd: dearer(a.reasoningPicoUsd, b.reasoningPicoUsd),
  };
}

function dearer(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
