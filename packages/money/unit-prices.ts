/** What a token of each kind costs, in pico-USD (10^-12 USD). A token is of one kind only. */
export interface UnitPrices {
  readonly inputPicoUsd: bigint;
  readonly cachedInputPicoUsd: bigint;
  /** Written to the provider's cache for its short time to live, and for its long one (1 hour). */
  readonly cacheWritePicoUsd: bigint;
  readonly cacheWrite1hPicoUsd: bigint;
  readonly outputPicoUsd: bigint;
  readonly reasoningPicoUsd: bigint;
}

/** Prices as people and catalogues state them: what is left out costs as much as what it is a kind of. */
export type StatedUnitPrices = Pick<UnitPrices, 'inputPicoUsd' | 'outputPicoUsd'> &
  Partial<{ readonly [K in keyof UnitPrices]: bigint | undefined }>;

/** Fills what is not stated: cache reads and writes cost as input, long writes as short ones, reasoning as output. */
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

/** The dearest a prompt token can come to. */
export function dearestPromptPicoUsd(prices: UnitPrices): bigint {
  return [prices.cachedInputPicoUsd, prices.cacheWritePicoUsd, prices.cacheWrite1hPicoUsd].reduce(
    dearer,
    prices.inputPicoUsd,
  );
}

/** The dearest an output token can come to. */
export function dearestOutputPicoUsd(prices: UnitPrices): bigint {
  return dearer(prices.outputPicoUsd, prices.reasoningPicoUsd);
}

/** Kind by kind the dearer of two. */
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
