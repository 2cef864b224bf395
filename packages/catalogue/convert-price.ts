import type { ModelInfo, ModelPrice, TieredPrices } from '@pydantic/genai-prices';
import { type Unit, unitNames, units } from '#ai/units.ts';
import { dearerUnitPrices, type PriceTerms, pricesFor, type UnitPrices } from '#money/unit-prices.ts';
import { parseUsdPerMtok } from '#money/usd-per-mtok.ts';

export type CataloguePrice = PriceTerms;

/** The price, or why the gateway cannot bill by it. */
export type Conversion = { readonly price: CataloguePrice } | { readonly reason: string };

/**
 * A catalogue's prices (USD per million tokens, as floats) in pico-USD per token, through their decimal text: exact, or
 * refused. Where prices vary by the hour, each kind of token costs what it costs at the dearest hour, so that a hold
 * stays a true bound whenever the provider is called. `hasOutput`: answers have tokens, and their price must be known.
 */
export function convertPrice(prices: ModelInfo['prices'], atMs: number, { hasOutput = true } = {}): Conversion {
  let dearest: CataloguePrice | undefined;
  for (const stated of pricesOfTheDay(prices, atMs)) {
    const conversion = convertStated(stated, hasOutput);
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

/** Prices of what no unit counts, so that the gateway would bill too little. Searches and sound are refused where they have none. */
export const unbilledKeys = /^(output_(video|citation)_mtok|.*_messages_kcount|.*_kpages|.*_hours|.*_seconds)$/;

function convertStated(stated: ModelPrice, hasOutput: boolean): Conversion {
  const unbilled = Object.keys(stated).find((key) => unbilledKeys.test(key));
  if (unbilled !== undefined) return { reason: `is priced by ${unbilled}, which is not counted here` };
  if (stated['input_mtok'] === undefined) return { reason: 'has no price for input tokens' };
  if (hasOutput && stated['output_mtok'] === undefined) return { reason: 'has no price for output tokens' };
  try {
    return {
      price: {
        prices: pricesAbove(stated, 0),
        bands: thresholdsOf(stated).map((threshold) => ({
          abovePromptTokens: threshold,
          prices: pricesAbove(stated, threshold + 1),
        })),
        serviceTiers: [],
      },
    };
  } catch (error) {
    if (error instanceof RangeError) return { reason: error.message };
    throw error;
  }
}

function pricesAbove(stated: ModelPrice, promptTokens: number): UnitPrices {
  const prices: Partial<Record<Unit, bigint>> = {};
  for (const unit of unitNames) {
    const { catalogueField } = units[unit];
    const usd = catalogueField === null ? undefined : valueAt(stated[catalogueField], promptTokens);
    if (usd !== undefined) prices[unit] = parseUsdPerMtok(String(usd)) * timesOf(catalogueField);
  }
  return prices;
}

/** From the price of a million, or of a thousand, to that of a million. */
function timesOf(field: string | null): bigint {
  return field?.endsWith('_kcount') ? 1_000n : 1n;
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
  const thresholds = new Set([...a.bands, ...b.bands].map((band) => band.abovePromptTokens));
  return {
    prices: dearerUnitPrices(a.prices, b.prices),
    bands: [...thresholds]
      .toSorted((x, y) => x - y)
      .map((abovePromptTokens) => ({
        abovePromptTokens,
        prices: dearerUnitPrices(pricesFor(a, abovePromptTokens + 1), pricesFor(b, abovePromptTokens + 1)),
      })),
    serviceTiers: [],
  };
}
