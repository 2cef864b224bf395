import { type Unit, units } from '#ai/units.ts';
import { notBillable } from '#catalogue/catalogue-models.ts';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { parseUsdPerMtok } from '#money/usd-per-mtok.ts';
import { ExactNumber, parseExactJson, shiftDecimal } from './exact-json.ts';
import {
  type ImportedBand,
  type ImportedPrice,
  type ImportedUnit,
  type PriceFile,
  readRows,
  requirePrices,
  SkippedRow,
} from './imported-price.ts';

/** LiteLLM states USD for one token. */
const MILLION_PLACES = 6;

/** The fields of a price, and what each is here. */
const fields: Readonly<Record<string, Unit>> = {
  input_cost_per_token: 'input',
  cache_read_input_token_cost: 'cached_input',
  cache_creation_input_token_cost: 'cache_write',
  cache_creation_input_token_cost_above_1hr: 'cache_write_1h',
  input_cost_per_audio_token: 'audio_input',
  cache_read_input_audio_token_cost: 'cached_audio_input',
  input_cost_per_image_token: 'image_input',
  output_cost_per_token: 'output',
  output_cost_per_reasoning_token: 'reasoning',
  output_cost_per_audio_token: 'audio_output',
  output_cost_per_image_token: 'image_output',
  input_cost_per_request: 'request',
};

/** A search costs by how much it finds; usage counts searches alone, and so the dearest of them. */
const SEARCH_FIELD = 'search_context_cost_per_query';

/** The ends of fields whose prices are of another tier of service, and the tier as answers name it. */
const tierEnds = { _batches: 'batch', _flex: 'flex', _priority: 'priority' } as const;

/** LiteLLM's names of providers that the catalogue knows by another one. */
const catalogues: Readonly<Record<string, string>> = {
  gemini: 'google',
  bedrock: 'aws',
  bedrock_converse: 'aws',
  xai: 'x-ai',
  together_ai: 'together',
  fireworks_ai: 'fireworks',
  moonshot: 'moonshotai',
  dashscope: 'qwen',
  volcengine: 'ark',
  voyage: 'voyageai',
  jina_ai: 'jina',
  nvidia_nim: 'nvidia',
  friendliai: 'friendli',
  vercel_ai_gateway: 'vercel',
};

/** Modes whose answers are text or vectors, priced by tokens. */
const modes: ReadonlySet<string> = new Set(['chat', 'completion', 'responses', 'embedding']);

/** What a request or an answer costs that no unit counts. */
const uncounted = /^output_cost_per_(audio|image|video|second|character|pixel)|_per_request$/;

/** `input_cost_per_token_above_200k_tokens`. */
const ABOVE = /^(.*)_above_(\d{1,6})k_tokens$/;

const THOUSAND = 1_000;

/** Reads LiteLLM's `model_prices_and_context_window.json`. Throws a SyntaxError for what is no such file. */
export function readLiteLlm(text: string): PriceFile {
  const file = parseExactJson(text);
  if (!isJsonObject(file)) throw new SyntaxError('the file is no object of models');
  return readRows(
    Object.entries(file)
      .filter(([name]) => name !== 'sample_spec')
      .map(([name, row]) => [name, { name, row }] as const),
    ({ name, row }) => readModel(name, row),
  );
}

function readModel(name: string, stated: unknown): ImportedPrice {
  if (!isJsonObject(stated)) throw new SkippedRow('is no object');
  const sizes = sizesOf(stated);
  const row = { ...stated, ...sizes[0]?.prices };
  const { litellm_provider: provider, mode } = row;
  if (typeof provider !== 'string' || provider === '') throw new SkippedRow('has no litellm_provider');
  if (typeof mode !== 'string' || !modes.has(mode)) throw new SkippedRow(`is no chat model (mode ${String(mode)})`);
  const model = name.startsWith(`${provider}/`) ? name.slice(provider.length + 1) : name;
  const givesVectors = mode === 'embedding';
  const prices = unitsOf(row, '', givesVectors);
  const countsSound = prices.some(({ unit }) => unit === 'audio_input' || unit === 'audio_output');
  const reason = notBillable(model, countsSound);
  if (reason !== undefined) throw new SkippedRow(reason);
  const uncountedField = Object.keys(row).find(
    (field) => uncounted.test(field) && !isCounted(field) && !isZero(row[field]),
  );
  if (uncountedField !== undefined) throw new SkippedRow(`is priced by ${uncountedField}, which is not counted here`);
  requirePrices(prices, givesVectors);
  return {
    id: `${catalogues[provider] ?? provider}/${model}`,
    prices,
    bands: [
      ...bandsOf(row, '', givesVectors),
      ...sizes.slice(1).map(({ from, prices: above }) => ({
        abovePromptTokens: from,
        prices: unitsOf(above, '', givesVectors),
      })),
    ],
    serviceTiers: tiersOf(row, givesVectors),
    contextTokens: tokensOf(row['max_input_tokens'] ?? row['max_tokens']),
    outputTokensMax: tokensOf(row['max_output_tokens'] ?? row['max_tokens']),
  };
}

/**
 * Prices by the size of the prompt, where they stand in a list (Qwen, Doubao), ascending: each has the fields of a price, and a range
 * of prompt tokens. The first is the usual price.
 */
function sizesOf({
  tiered_pricing: tiers,
}: JsonObject): readonly { readonly from: number; readonly prices: JsonObject }[] {
  if (!Array.isArray(tiers)) return [];
  const sizes = tiers.map((tier: unknown) => {
    const range = isJsonObject(tier) ? tier['range'] : undefined;
    // Ranges of something else than the prompt are no bands: of results, of pictures.
    if (!isJsonObject(tier) || !Array.isArray(range))
      throw new SkippedRow('has prices by something else than the prompt');
    const from = Number(numberText('tiered_pricing.range', range[0]));
    if (!Number.isSafeInteger(from) || from < 0) throw new SkippedRow('has a range of prompt tokens that is none');
    return { from, prices: tier };
  });
  return sizes.toSorted((a, b) => a.from - b.from);
}

/** The units whose field ends in `suffix`. A field that is null counts as left out; 0 is a price. Vectors have no output. */
function unitsOf(row: JsonObject, suffix: string, givesVectors: boolean): ImportedUnit[] {
  const stated = Object.entries(fields).flatMap(([field, unit]) => {
    const value = row[field + suffix];
    if (value === undefined || value === null || (givesVectors && units[unit].side === 'answer')) return [];
    return [{ unit, usdPerMillion: shiftDecimal(numberText(field + suffix, value), MILLION_PLACES) }];
  });
  const search = suffix === '' ? searchPrice(row[SEARCH_FIELD]) : undefined;
  return search === undefined ? stated : [...stated, { unit: 'search', usdPerMillion: search }];
}

/** The dearest price of a search, by however much it finds; undefined: none is stated. */
function searchPrice(value: unknown): string | undefined {
  if (!isJsonObject(value) || value instanceof ExactNumber) return undefined;
  const prices = Object.entries(value).flatMap(([size, price]) =>
    price === null ? [] : [shiftDecimal(numberText(`${SEARCH_FIELD}.${size}`, price), MILLION_PLACES)],
  );
  const dearest = prices.toSorted((a, b) => (parseUsdPerMtok(a) < parseUsdPerMtok(b) ? 1 : -1))[0];
  return dearest === '0' ? undefined : dearest;
}

function bandsOf(row: JsonObject, suffix: string, givesVectors: boolean): ImportedBand[] {
  const thousands = Object.keys(row).flatMap((name) => {
    if (!name.endsWith(suffix)) return [];
    const [, field = '', above] = ABOVE.exec(name.slice(0, name.length - suffix.length)) ?? [];
    return above !== undefined && Object.hasOwn(fields, field) && row[name] !== null ? [Number(above)] : [];
  });
  return [...new Set(thousands)]
    .toSorted((a, b) => a - b)
    .map((above) => ({
      abovePromptTokens: above * THOUSAND,
      prices: unitsOf(row, `_above_${above}k_tokens${suffix}`, givesVectors),
    }));
}

function tiersOf(row: JsonObject, givesVectors: boolean): ImportedPrice['serviceTiers'] {
  return Object.entries(tierEnds).flatMap(([end, serviceTier]) => {
    const prices = unitsOf(row, end, givesVectors);
    return prices.length === 0 ? [] : [{ serviceTier, prices, bands: bandsOf(row, end, givesVectors) }];
  });
}

function isCounted(field: string): boolean {
  const [, base = field] = ABOVE.exec(field) ?? [];
  const end = Object.keys(tierEnds).find((each) => base.endsWith(each)) ?? '';
  return Object.hasOwn(fields, base.slice(0, base.length - end.length));
}

function numberText(field: string, value: unknown): string {
  if (value instanceof ExactNumber) return value.text;
  if (typeof value === 'string') return value;
  throw new SkippedRow(`${field} is no number`);
}

function isZero(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  const text = value instanceof ExactNumber ? value.text : value;
  return typeof text === 'string' && /^0+(\.0*)?([eE][+-]?\d+)?$/.test(text);
}

/** 0 where it is not said as a whole number. */
function tokensOf(value: unknown): number {
  const text = value instanceof ExactNumber ? value.text : '';
  return /^\d{1,8}$/.test(text) ? Number(text) : 0;
}
