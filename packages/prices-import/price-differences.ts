import type { CataloguePrice } from '#catalogue/convert-price.ts';
import { priceUnits } from '#money/own-price.ts';
import { unitPricesFor } from '#money/price.ts';
import { formatUsdPerMtok } from '#money/usd-per-mtok.ts';

/** One number that another price would change. Empty: there is none. */
export interface PriceDifference {
  readonly priceId: string;
  /** "input"; above a number of prompt tokens "input above 200000". */
  readonly unit: string;
  readonly beforeUsdPerMillion: string;
  readonly afterUsdPerMillion: string;
}

/** What a price is billed by that another is not, unit by unit and band by band. Empty: the same comes of both. */
export function priceDifferences(
  priceId: string,
  before: CataloguePrice | undefined,
  after: CataloguePrice | undefined,
): readonly PriceDifference[] {
  const thresholds = [before, after].flatMap((price) => price?.tiers.map((tier) => tier.abovePromptTokens) ?? []);
  const bands = [0, ...new Set(thresholds)].toSorted((a, b) => a - b);
  return bands.flatMap((above) =>
    Object.entries(priceUnits).flatMap(([name, field]) => {
      const [was, is] = [before, after].map((price) =>
        price === undefined ? '' : formatUsdPerMtok(unitPricesFor(price, above + 1)[field]),
      );
      if (was === undefined || is === undefined || was === is) return [];
      const unit = above === 0 ? name : `${name} above ${above}`;
      return [{ priceId, unit, beforeUsdPerMillion: was, afterUsdPerMillion: is }];
    }),
  );
}
