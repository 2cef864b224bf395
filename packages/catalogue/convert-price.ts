import type { ModelInfo, ModelPrice, TieredPrices } from '@pydantic/genai-prices';
import type { Price } from '#money/price.ts';
import { unitPricesFor } from '#money/price.ts';
import { completeUnitPrices, dearerUnitPrices, type UnitPrices } from '#money/unit-prices.ts';
import { parseUsdPerMtok } from '#money/usd-per-mtok.ts';

export type CataloguePrice = Pick<Price, 'unitPrices' | 'tiers'>;

/** The price, or why the gateway cannot bill by it. */
export type Conversion = { readonly price: CataloguePrice } | { readonly reason: string };

/**
 * A catalogue's prices (USD per million tokens, as floats) in pico-USD per token, through their decimal text: exact, or
 * refused. Where prices vary by the hour, each kind of token costs what it costs at the dearest hour, so that a hold
 * stays a true bound whenever the provider is called.
 */
export function convertPrice(prices: ModelInfo['prices'], atMs: number): Conversion {
  let dearest: CataloguePrice | undefined;
  for (const stated of pricesOfTheDay(prices, atMs)) {
    const conversion = convertStated(stated);
    if ('reason' in conversion) return conversion;
    dearest = dearest === undefined ? conversion.price : dearerPrice(dearest, conversion.price);
  }
  return dearest === undefined ? { reason: 'has no price' } : { price: dearest };
}

/**
 * All prices that hold at some hour of the day of `atMs`: the catalogue lists prices so that the last one whose
 * condition holds counts; a date that has come hides everything before it, a time of day does not.
 */
function pricesOfTheDay(prices: ModelInfo['prices'], atMs: number): ModelPrice[] {
  if (!Array.isArray(prices)) return [prices];
  const ofTheDay: ModelPrice[] = [];
  for (const { constraint, prices: stated } of prices.toReversed()) {
    if (constraint?.type === 'start_date' && Date.parse(constraint.start_date) > atMs) continue;
    ofTheDay.push(stated);
    if (constraint?.type !== 'time_of_date') return ofTheDay;
  }
  return ofTheDay;
}

/** Prices of kinds the gateway does not count in the answers of a chat model, so that it would bill too little. */
export const unbilledKeys =
  /^(output_(audio|image|video|citation)_mtok|requests_kcount|.*_messages_kcount|.*_kpages|.*_hours)$/;

function convertStated(stated: ModelPrice): Conversion {
  const unbilled = Object.keys(stated).find((key) => unbilledKeys.test(key));
  if (unbilled !== undefined) return { reason: `is priced by ${unbilled}, which is not counted here` };
  if (stated['input_mtok'] === undefined) return { reason: 'has no price for input tokens' };
  if (stated['output_mtok'] === undefined) return { reason: 'has no price for output tokens' };
  try {
    return {
      price: {
        unitPrices: unitPricesAbove(stated, 0),
        tiers: thresholdsOf(stated).map((threshold) => ({
          abovePromptTokens: threshold,
          unitPrices: unitPricesAbove(stated, threshold + 1),
        })),
      },
    };
  } catch (error) {
    if (error instanceof RangeError) return { reason: error.message };
    throw error;
  }
}

function unitPricesAbove(stated: ModelPrice, promptTokens: number): UnitPrices {
  const picoUsd = (key: string): bigint | undefined => {
    const usdPerMtok = valueAt(stated[key], promptTokens);
    return usdPerMtok === undefined ? undefined : parseUsdPerMtok(String(usdPerMtok));
  };
  return completeUnitPrices({
    inputPicoUsd: picoUsd('input_mtok') ?? 0n,
    cachedInputPicoUsd: picoUsd('cache_read_mtok'),
    cacheWritePicoUsd: picoUsd('cache_write_mtok'),
    cacheWrite1hPicoUsd: picoUsd('cache_write_1h_mtok'),
    outputPicoUsd: picoUsd('output_mtok') ?? 0n,
    reasoningPicoUsd: picoUsd('output_reasoning_mtok'),
  });
}

function valueAt(value: number | TieredPrices | undefined, promptTokens: number): number | undefined {
  if (typeof value !== 'object') return value;
  return value.tiers.findLast((tier) => promptTokens > tier.start)?.price ?? value.base;
}

/** Every prompt size at which some kind of token changes its price, ascending. */
function thresholdsOf(stated: ModelPrice): number[] {
  const starts = Object.values(stated).flatMap((value) =>
    typeof value === 'object' ? value.tiers.map((tier) => tier.start) : [],
  );
  return [...new Set(starts)].toSorted((a, b) => a - b);
}

function dearerPrice(a: CataloguePrice, b: CataloguePrice): CataloguePrice {
  const thresholds = new Set([...a.tiers, ...b.tiers].map((tier) => tier.abovePromptTokens));
  return {
    unitPrices: dearerUnitPrices(a.unitPrices, b.unitPrices),
    tiers: [...thresholds]
      .toSorted((x, y) => x - y)
      .map((abovePromptTokens) => ({
        abovePromptTokens,
        unitPrices: dearerUnitPrices(unitPricesFor(a, abovePromptTokens + 1), unitPricesFor(b, abovePromptTokens + 1)),
      })),
  };
}
