/*
 * Usage and prices stood in columns, one a kind of token, before they were lists by unit. Events are never changed, so they are
 * read as the lists that say the same.
 */

type Columns = readonly (readonly [unit: string, column: string])[];
export type Body = Readonly<Record<string, unknown>>;

const usageColumns: Columns = [
  ['input', 'inputTokens'],
  ['cached_input', 'cachedInputTokens'],
  ['cache_write', 'cacheWriteTokens'],
  ['cache_write_1h', 'cacheWrite1hTokens'],
  ['output', 'outputTokens'],
  ['reasoning', 'reasoningTokens'],
];

const priceColumns: Columns = [
  ['input', 'inputPicoUsd'],
  ['cached_input', 'cachedInputPicoUsd'],
  ['cache_write', 'cacheWritePicoUsd'],
  ['cache_write_1h', 'cacheWrite1hPicoUsd'],
  ['output', 'outputPicoUsd'],
  ['reasoning', 'reasoningPicoUsd'],
];

/** The list that stands in the place of a column, by event type. */
export const replacedBy: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  UsageRecorded: { usage: 'quantities' },
  PricePublished: { unitPrices: 'prices' },
};

/** A body without columns. `body` itself where it has none. */
export function withoutColumns(type: string, body: Body): Body {
  if (type === 'UsageRecorded') return usageRecorded(body);
  return type === 'PricePublished' ? pricePublished(body) : body;
}

function usageRecorded(body: Body): Body {
  const losses = listOf(body['houseLosses']);
  const hasColumns = losses.some((loss) => isObject(loss['usage']));
  const read = quantitiesOf(body);
  return hasColumns
    ? { ...read, houseLosses: losses.map((loss) => ({ serviceTier: '', ...quantitiesOf(loss) })) }
    : read;
}

function quantitiesOf(body: Body): Body {
  const { usage, ...others } = body;
  if (!isObject(usage)) return body;
  const quantities = usageColumns.flatMap(([unit, column]) => {
    const quantity = usage[column] ?? 0;
    return quantity === 0 ? [] : [{ unit, quantity }];
  });
  return { ...others, quantities };
}

function pricePublished(body: Body): Body {
  const { unitPrices, tiers, ...others } = body;
  if (!isObject(unitPrices)) return body;
  return {
    ...others,
    prices: pricesOf(unitPrices),
    bands: listOf(tiers).map((tier) => ({
      abovePromptTokens: tier['abovePromptTokens'] ?? 0,
      prices: pricesOf(isObject(tier['unitPrices']) ? tier['unitPrices'] : {}),
    })),
  };
}

/** All six, since a column that was left out was a price of zero. */
function pricesOf(columns: Body): readonly Body[] {
  return priceColumns.map(([unit, column]) => ({ unit, picoUsd: String(columns[column] ?? 0) }));
}

function listOf(value: unknown): readonly Body[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
