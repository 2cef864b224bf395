import { catalogueModels } from '#catalogue/catalogue-models.ts';
import { rate } from '#money/rate.ts';
import type { MeterRecord } from '../../../tools/simulator/src/meter.ts';

/** The gateway's default, in basis points: 1.5. */
const MULTIPLIER_BASIS_POINTS = 15_000;

/** Whose prices the simulator's models have. */
const catalogues = ['openai', 'anthropic', 'google', 'aws'];

/** What a user pays for a usage as the provider's own meter has it, at the catalogue's price, in nano-USD. */
export function expectedCharge(
  { model, usage }: Pick<MeterRecord, 'model' | 'usage'>,
  multiplierBasisPoints = MULTIPLIER_BASIS_POINTS,
  ofCatalogues: readonly string[] = catalogues,
): bigint {
  const listed = ofCatalogues
    .flatMap((catalogue) => catalogueModels(catalogue, Date.now()))
    .find((each) => each.names.includes(model));
  if (listed === undefined) throw new Error(`the catalogue has no ${model}`);
  return rate(usage, listed.price, { serviceTier: '', multiplierBasisPoints }).totalNanoUsd;
}
