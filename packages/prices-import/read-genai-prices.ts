import type { Unit } from '#ai/units.ts';
import { notBillable } from '#catalogue/catalogue-models.ts';
import { unbilledKeys } from '#catalogue/convert-price.ts';
import { asArray, isJsonObject, type JsonObject } from '#kernel/json.ts';
import { ExactNumber, parseExactJson, shiftDecimal } from './exact-json.ts';
import { type ImportedPrice, type ImportedUnit, type PriceFile, readRows, SkippedRow } from './imported-price.ts';

/** genai-prices states USD for a million tokens. */
const fields: Readonly<Record<string, Unit>> = {
  input_mtok: 'input',
  cache_read_mtok: 'cached_input',
  cache_write_mtok: 'cache_write',
  cache_write_1h_mtok: 'cache_write_1h',
  output_mtok: 'output',
  output_reasoning_mtok: 'reasoning',
};

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
  const reason = notBillable(id);
  if (reason !== undefined) throw new SkippedRow(reason);
  const stated = statedAt(model['prices'], atMs);
  const unbilled = Object.keys(stated).find((key) => unbilledKeys.test(key));
  if (unbilled !== undefined) throw new SkippedRow(`is priced by ${unbilled}, which is not counted here`);
  const prices = unitsAbove(stated, 0);
  for (const unit of ['input', 'output'] as const) {
    if (!prices.some((price) => price.unit === unit)) throw new SkippedRow(`has no price for ${unit} tokens`);
  }
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
  return Object.entries(fields).flatMap(([field, unit]) => {
    const text = numberText(field, valueAt(stated[field], promptTokens));
    return text === undefined ? [] : [{ unit, usdPerMillion: shiftDecimal(text, 0) }];
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
