import { unitNames, units } from '#ai/units.ts';
import { givesVectors, notBillable } from '#catalogue/catalogue-models.ts';
import { unbilledKeys } from '#catalogue/convert-price.ts';
import { asArray, isJsonObject, type JsonObject } from '#kernel/json.ts';
import { ExactNumber, parseExactJson, shiftDecimal } from './exact-json.ts';
import {
  type ImportedPrice,
  type ImportedUnit,
  type PriceFile,
  readRows,
  requirePrices,
  SkippedRow,
} from './imported-price.ts';

/** Of units that the file has prices for: the field, and how far its decimal point is from USD for a million. */
const fields = unitNames.flatMap((unit) => {
  const { catalogueField } = units[unit];
  return catalogueField === null ? [] : [{ unit, field: catalogueField, places: placesOf(catalogueField) }];
});

/** `_mtok` is USD for a million, `_kcount` for a thousand. */
function placesOf(field: string): number {
  return field.endsWith('_kcount') ? 3 : 0;
}

/** Reads genai-prices' `data.json` as it holds at a time. Throws a SyntaxError for what is no such file. */
export function readGenaiPrices(text: string, atMs: number): PriceFile {
  const file = parseExactJson(text);
  if (!Array.isArray(file)) throw new SyntaxError('the file is no list of providers');
  const rows = file.flatMap((provider) =>
    isJsonObject(provider)
      ? asArray(provider['models']).map((model) => {
          const row = { provider: String(provider['id'] ?? ''), model };
          return [`${row.provider}/${isJsonObject(model) ? String(model['id']) : '?'}`, row] as const;
        })
      : [],
  );
  return readRows(rows, ({ provider, model }) => readModel(provider, model, atMs));
}

function readModel(provider: string, model: unknown, atMs: number): ImportedPrice {
  if (!isJsonObject(model)) throw new SkippedRow('is no object');
  const { id } = model;
  if (provider === '' || typeof id !== 'string' || id === '') throw new SkippedRow('has no id');
  const stated = statedAt(model['prices'], atMs);
  const countsSound = ['input_audio_mtok', 'output_audio_mtok'].some((field) => stated[field] !== undefined);
  const reason = notBillable(id, countsSound);
  if (reason !== undefined) throw new SkippedRow(reason);
  const unbilled = Object.keys(stated).find((key) => unbilledKeys.test(key));
  if (unbilled !== undefined) throw new SkippedRow(`is priced by ${unbilled}, which is not counted here`);
  const prices = unitsAbove(stated, 0);
  requirePrices(prices, givesVectors(id));
  const contextWindow = model['context_window'];
  return {
    id: `${provider}/${id}`,
    prices,
    bands: thresholdsOf(stated).map((above) => ({ abovePromptTokens: above, prices: unitsAbove(stated, above + 1) })),
    serviceTiers: [],
    contextTokens: contextWindow instanceof ExactNumber ? Number(contextWindow.text) : 0,
    outputTokensMax: 0,
  };
}

/** The prices that hold at a time: of several the last whose date has come. Those that change with the hour are not taken. */
function statedAt(prices: unknown, atMs: number): JsonObject {
  if (isJsonObject(prices)) return prices;
  for (const each of asArray(prices).toReversed()) {
    if (!isJsonObject(each)) continue;
    const { constraint, prices: stated } = each;
    if (isJsonObject(constraint)) {
      const startDate = constraint['start_date'];
      if (typeof startDate !== 'string') throw new SkippedRow('has prices that change with the hour');
      if (Date.parse(startDate) > atMs) continue;
    }
    if (isJsonObject(stated)) return stated;
  }
  throw new SkippedRow('has no price');
}

function unitsAbove(stated: JsonObject, promptTokens: number): ImportedUnit[] {
  return fields.flatMap(({ unit, field, places }) => {
    const text = numberText(field, valueAt(stated[field], promptTokens));
    return text === undefined ? [] : [{ unit, usdPerMillion: shiftDecimal(text, places) }];
  });
}

function valueAt(value: unknown, promptTokens: number): unknown {
  if (!isJsonObject(value) || value instanceof ExactNumber) return value;
  const tier = tiersOf(value).findLast(({ start }) => promptTokens > start);
  return tier === undefined ? value['base'] : tier.price;
}

function thresholdsOf(stated: JsonObject): number[] {
  const starts = Object.values(stated).flatMap((value) =>
    isJsonObject(value) && !(value instanceof ExactNumber) ? tiersOf(value).map(({ start }) => start) : [],
  );
  return [...new Set(starts)].toSorted((a, b) => a - b);
}

function tiersOf(value: JsonObject): { readonly start: number; readonly price: unknown }[] {
  return asArray(value['tiers']).map((tier) => {
    const start = isJsonObject(tier) ? tier['start'] : undefined;
    if (!isJsonObject(tier) || !(start instanceof ExactNumber)) throw new SkippedRow('has a tier without a start');
    return { start: Number(start.text), price: tier['price'] };
  });
}

function numberText(field: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof ExactNumber) return value.text;
  if (typeof value === 'string') return value;
  throw new SkippedRow(`${field} is no number`);
}
