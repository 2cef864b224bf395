import fc from 'fast-check';
import type { PriceTier, UnitPrices } from '#money/price.ts';
import type { TokenUsage } from '#money/token-usage.ts';

/** Records compare equal to objects written in code. */
const plain = { noNullPrototype: true } as const;

/** Any prices of a model, tiers included; some of them dearer below a threshold than above it. */
export function anyPrice(): fc.Arbitrary<{ unitPrices: UnitPrices; tiers: PriceTier[] }> {
  const tiers = fc.uniqueArray(fc.integer({ min: 0, max: 4_000 }), { maxLength: 3 }).chain((thresholds) =>
    fc.array(anyUnitPrices(), { minLength: thresholds.length, maxLength: thresholds.length }).map((prices) =>
      zip(
        thresholds.toSorted((a, b) => a - b),
        prices,
      ),
    ),
  );
  return fc.record({ unitPrices: anyUnitPrices(), tiers }, plain);
}

export function anyUsage(tokensMax = 2_000): fc.Arbitrary<TokenUsage> {
  const tokens = fc.integer({ min: 0, max: tokensMax });
  return fc.record(
    {
      inputTokens: tokens,
      cachedInputTokens: tokens,
      cacheWriteTokens: tokens,
      cacheWrite1hTokens: tokens,
      outputTokens: tokens,
      reasoningTokens: tokens,
    },
    plain,
  );
}

export function anyMultiplier(): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 50_000 });
}

function anyUnitPrices(): fc.Arbitrary<UnitPrices> {
  const picoUsd = fc.bigInt({ min: 0n, max: 100_000_000n });
  return fc.record(
    {
      inputPicoUsd: picoUsd,
      cachedInputPicoUsd: picoUsd,
      cacheWritePicoUsd: picoUsd,
      cacheWrite1hPicoUsd: picoUsd,
      outputPicoUsd: picoUsd,
      reasoningPicoUsd: picoUsd,
    },
    plain,
  );
}

function zip(thresholds: readonly number[], prices: readonly UnitPrices[]): PriceTier[] {
  return prices.map((unitPrices, index) => ({ abovePromptTokens: thresholds[index] ?? 0, unitPrices }));
}
