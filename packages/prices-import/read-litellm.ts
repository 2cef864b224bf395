import type { Unit } from '#ai/units.ts';
import { notBillable } from '#catalogue/catalogue-models.ts';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import { ExactNumber, parseExactJson, shiftDecimal } from './exact-json.ts';
import { type ImportedPrice, type ImportedUnit, type PriceFile, readRows, SkippedRow } from './imported-price.ts';

/** LiteLLM states USD for one token. */
const MILLION_PLACES = 6;

/** The fields of a price, and what each is here. */
const fields: Readonly<Record<string, Unit>> = {
  input_cost_per_token: 'input',
  cache_read_input_token_cost: 'cached_input',
  cache_creation_input_token_cost: 'cache_write',
  cache_creation_input_token_cost_above_1hr: 'cache_write_1h',
  output_cost_per_token: 'output',
  output_cost_per_reasoning_token: 'reasoning',
};

/** LiteLLM's names of providers that the catalogue knows by another one. */
const catalogues: Readonly<Record<string, string>> = {
  gemini: 'google',
  bedrock: 'aws',
  bedrock_converse: 'aws',
  xai: 'x-ai',
  together_ai: 'together',
  fireworks_ai: 'fireworks',
};

/** Modes whose answers are text, priced by tokens. */
const chatModes: ReadonlySet<string> = new Set(['chat', 'responses']);

/** What a request or an answer costs beside its tokens, which the gateway does not count. */
const uncounted = /^output_cost_per_(audio|image|video|second)|_per_request$/;

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

function readModel(name: string, row: unknown): ImportedPrice {
  if (!isJsonObject(row)) throw new SkippedRow('is no object');
  const { litellm_provider: provider, mode } = row;
  if (typeof provider !== 'string' || provider === '') throw new SkippedRow('has no litellm_provider');
  if (typeof mode !== 'string' || !chatModes.has(mode)) throw new SkippedRow(`is no chat model (mode ${String(mode)})`);
  const model = name.startsWith(`${provider}/`) ? name.slice(provider.length + 1) : name;
  const reason = notBillable(model);
  if (reason !== undefined) throw new SkippedRow(reason);
  const uncountedField = Object.keys(row).find((field) => uncounted.test(field) && !isZero(row[field]));
  if (uncountedField !== undefined) throw new SkippedRow(`is priced by ${uncountedField}, which is not counted here`);
  const prices = unitsOf(row, '');
  for (const unit of ['input', 'output'] as const) {
    if (!prices.some((price) => price.unit === unit)) throw new SkippedRow(`has no price for ${unit} tokens`);
  }
  return {
    id: `${catalogues[provider] ?? provider}/${model}`,
    prices,
    bands: bandsOf(row),
    serviceTiers: [],
    contextTokens: tokensOf(row['max_input_tokens'] ?? row['max_tokens']),
    outputTokensMax: tokensOf(row['max_output_tokens'] ?? row['max_tokens']),
  };
}

/** The units whose field ends in `suffix`. A field that is null counts as left out; 0 is a price. */
function unitsOf(row: JsonObject, suffix: string): ImportedUnit[] {
  return Object.entries(fields).flatMap(([field, unit]) => {
    const value = row[field + suffix];
    if (value === undefined || value === null) return [];
    return [{ unit, usdPerMillion: shiftDecimal(numberText(field + suffix, value), MILLION_PLACES) }];
  });
}

function bandsOf(row: JsonObject): ImportedPrice['bands'] {
  const thousands = Object.keys(row).flatMap((name) => {
    const [, field = '', above] = ABOVE.exec(name) ?? [];
    return above !== undefined && Object.hasOwn(fields, field) && row[name] !== null ? [Number(above)] : [];
  });
  return [...new Set(thousands)]
    .toSorted((a, b) => a - b)
    .map((above) => ({ abovePromptTokens: above * THOUSAND, prices: unitsOf(row, `_above_${above}k_tokens`) }));
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
