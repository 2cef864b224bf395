import { catalogueModels } from '#catalogue/catalogue-models.ts';
import { rate } from '#money/rate.ts';
import type { MeterRecord } from '../../../tools/simulator/src/meter.ts';

/** The gateway's default, in basis points: 1.5. */
const MULTIPLIER_BASIS_POINTS = 15_000;

/** Whose prices the simulator's models have. */
const catalogues = ['openai', 'anthropic'];

/** What a user pays for a usage as the provider's own meter has it, at the catalogue's price, in nano-USD. */
export function expectedCharge(
  { model, usage }: Pick<MeterRecord, 'model' | 'usage'>,
  multiplierBasisPoints = MULTIPLIER_BASIS_POINTS,
): bigint {
  const listed = catalogues
    .flatMap((catalogue) => catalogueModels(catalogue, Date.now()))
    .find((each) => each.names.includes(model));
  if (listed === undefined) throw new Error(`the catalogue has no ${model}`);
  const parts = {
    inputTokens: usage.input ?? 0,
    cachedInputTokens: usage.cached_input ?? 0,
    cacheWriteTokens: (usage.cache_write ?? 0) + (usage.cache_write_12h ?? 0),
    cacheWrite1hTokens: usage.cache_write_1h ?? 0,
    outputTokens: usage.output ?? 0,
    reasoningTokens: usage.reasoning ?? 0,
  };
  return rate(parts, listed.price, multiplierBasisPoints).totalNanoUsd;
}
