import { completeUnitPrices } from '#money/unit-prices.ts';
import { parseUsdPerMtok } from '#money/usd-per-mtok.ts';
import type { PriceOffer } from './domain/price-book/price-book.ts';

/** An operator's own price, in USD per million tokens as decimal text. */
export interface ConfiguredPrice {
  /** <catalogue>/<model>. */
  readonly key: string;
  readonly inputUsdPerMtok: string;
  readonly outputUsdPerMtok: string;
  readonly cachedInputUsdPerMtok?: string | undefined;
  readonly cacheWriteUsdPerMtok?: string | undefined;
  readonly cacheWrite1hUsdPerMtok?: string | undefined;
  readonly reasoningUsdPerMtok?: string | undefined;
  readonly contextTokens?: number | undefined;
  readonly outputTokensMax?: number | undefined;
}

export interface BillingConfig {
  /** These win over the catalogue's prices of the same keys. */
  readonly prices: readonly ConfiguredPrice[];
}

/** The faults of the settings, for people to read; empty if there are none. */
export function billingConfigFaults(config: BillingConfig): string[] {
  const faults: string[] = [];
  const keys = new Set<string>();
  for (const price of config.prices) {
    if (keys.has(price.key)) faults.push(`prices: "${price.key}" is there twice`);
    keys.add(price.key);
    for (const [field, value] of Object.entries(price)) {
      if (!field.endsWith('UsdPerMtok') || value === undefined) continue;
      const fault = priceFault(String(value));
      if (fault !== undefined) faults.push(`prices: "${price.key}": ${field}: ${fault}`);
    }
  }
  return faults;
}

/** The configured prices as offers to publish. Throws a RangeError that names every fault. */
export function configuredOffers(config: BillingConfig): PriceOffer[] {
  const faults = billingConfigFaults(config);
  if (faults.length > 0) throw new RangeError(faults.join('\n'));
  return config.prices.map((price) => ({
    priceKey: price.key,
    unitPrices: completeUnitPrices({
      inputPicoUsd: parseUsdPerMtok(price.inputUsdPerMtok),
      outputPicoUsd: parseUsdPerMtok(price.outputUsdPerMtok),
      cachedInputPicoUsd: parseStated(price.cachedInputUsdPerMtok),
      cacheWritePicoUsd: parseStated(price.cacheWriteUsdPerMtok),
      cacheWrite1hPicoUsd: parseStated(price.cacheWrite1hUsdPerMtok),
      reasoningPicoUsd: parseStated(price.reasoningUsdPerMtok),
    }),
    tiers: [],
    contextTokens: price.contextTokens ?? 0,
    outputTokensMax: price.outputTokensMax ?? 0,
    source: 'config',
  }));
}

function parseStated(usdPerMtok: string | undefined): bigint | undefined {
  return usdPerMtok === undefined ? undefined : parseUsdPerMtok(usdPerMtok);
}

function priceFault(usdPerMtok: string): string | undefined {
  try {
    parseUsdPerMtok(usdPerMtok);
    return undefined;
  } catch (error) {
    return (error as RangeError).message;
  }
}
