import { catalogueModels } from '#catalogue/catalogue-models.ts';
import { rate } from '#money/rate.ts';
import type { MeterRecord } from '../../../tools/simulator/src/meter.ts';

/** The gateway's default, in basis points: 1.5. */
const MULTIPLIER_BASIS_POINTS = 15_000;

/** What a user pays for a usage as the provider's own meter has it, at the catalogue's price, in nano-USD. */
export function expectedCharge(
  { wire, model, usage }: Pick<MeterRecord, 'wire' | 'model' | 'usage'>,
  multiplierBasisPoints = MULTIPLIER_BASIS_POINTS,
): bigint {
  const listed = catalogueModels(wire, Date.now()).find((each) => each.names.includes(model));
  if (listed === undefined) throw new Error(`the catalogue has no ${wire}/${model}`);
  const parts = {
    input: usage.promptTokens - usage.cachedTokens - usage.cacheWriteTokens,
    cached_input: usage.cachedTokens,
    cache_write: usage.cacheWriteTokens,
    output: usage.completionTokens - usage.reasoningTokens,
    reasoning: usage.reasoningTokens,
  };
  return rate(parts, listed.price, { serviceTier: '', multiplierBasisPoints }).totalNanoUsd;
}
