import { type Price, pricesDelete, pricesGet, pricesSet, type UnitPriceInput } from '../../api/gen/index.ts';
import type { NamedKind } from '../../ui/named-kind.ts';

type Values = Readonly<Record<string, string>>;

/** What a form has a field for; other units are set as JSON. */
const shown = [
  ['input', 'Input', true],
  ['output', 'Output', false],
  ['cached_input', 'Cached input', false],
  ['cache_write', 'Cache write', false],
  ['reasoning', 'Reasoning', false],
] as const;

/** A price of the operator's own. */
export const priceKind: NamedKind<Price> = {
  what: 'price',
  roles: ['operator', 'billing'],
  reads: ['prices', 'models'],
  consequence: "The catalogue's price holds again for new requests; where it has none, they are refused.",
  nameLabel: 'Price of',
  nameHint: 'catalogue/model, such as openai/gpt-4o-mini',
  action: 'Publish',
  inputs: [
    ...shown.map(([unit, label, isRequired]) => ({ name: unit, label: `${label}, USD for a million`, isRequired })),
    { name: 'effective_at', label: 'Holds from', type: 'datetime-local', hint: 'In your time zone; empty: from now' },
  ],
  initialOf: (price) =>
    Object.fromEntries((price?.prices ?? []).map(({ unit, usd_per_million }) => [unit, usd_per_million ?? ''])),
  fieldsOf: ({ effective_at = '', ...amounts }, price) => ({
    prices: [...unitsOf(amounts), ...othersOf(price)],
    // The browser's own clock says which moment is meant.
    effective_at: effective_at === '' ? undefined : new Date(effective_at).toISOString(),
  }),
  get: (asked) => pricesGet(asked),
  set: (asked) => pricesSet(asked),
  remove: (asked) => pricesDelete(asked),
};

function unitsOf(amounts: Values): UnitPriceInput[] {
  return shown.flatMap(([unit]) => {
    const usd_per_million = amounts[unit]?.trim() ?? '';
    return usd_per_million === '' ? [] : [{ unit, usd_per_million }];
  });
}

/** Units without a field stay as they are. */
function othersOf(price: Price | undefined): NonNullable<Price['prices']> {
  const isShown = new Set<string>(shown.map(([unit]) => unit));
  return (price?.prices ?? []).filter(({ unit }) => !isShown.has(unit ?? ''));
}
