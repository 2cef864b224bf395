import { useQueryClient } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { type Price, type PriceInput, pricesSet, type UnitPriceInput } from '../../api/gen/index.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { writable } from '../../ui/writable.ts';

type Values = Readonly<Record<string, string>>;

/** What a form has a field for; other units are set as JSON. */
const shown = [
  ['input', 'Input', true],
  ['output', 'Output', false],
  ['cached_input', 'Cached input', false],
  ['cache_write', 'Cache write', false],
  ['reasoning', 'Reasoning', false],
] as const;

/** Sets a price of the operator's own. `id`: whose; empty: it is asked for. `price`: the one that is there. */
export function PriceForm({
  id,
  price,
  onClose,
}: {
  readonly id: string;
  readonly price?: Pick<Price, 'prices' | 'bands' | 'service_tiers'> | undefined;
  readonly onClose: () => void;
}) {
  const queries = useQueryClient();
  const save = async ({ id: given = id, effective_at = '', ...amounts }: Values): Promise<void> => {
    const rest = { ...(price && writable(price)), prices: [...unitsOf(amounts), ...othersOf(price)] };
    const body = { ...rest, ...(effective_at !== '' && { effective_at: isoOf(effective_at) }) } as PriceInput;
    await ask(pricesSet({ path: { id: given }, body }));
    await queries.invalidateQueries({ queryKey: ['prices'] });
    await queries.invalidateQueries({ queryKey: ['models'] });
    onClose();
  };
  const name = { name: 'id', label: 'Price of', isRequired: true, hint: 'catalogue/model, such as openai/gpt-4o-mini' };
  return (
    <FormDialog
      title={id === '' ? 'Set a price' : `The price of ${id}`}
      action="Publish"
      inputs={[
        ...(id === '' ? [name] : []),
        ...shown.map(([unit, label, isRequired]) => ({ name: unit, label: `${label}, USD for a million`, isRequired })),
        {
          name: 'effective_at',
          label: 'Holds from',
          type: 'datetime-local',
          hint: 'In your time zone; empty: from now',
        },
      ]}
      initial={Object.fromEntries((price?.prices ?? []).map(({ unit, usd_per_million }) => [unit, usd_per_million]))}
      onSubmit={save}
      onClose={onClose}
    />
  );
}

function unitsOf(amounts: Values): UnitPriceInput[] {
  return shown.flatMap(([unit]) => {
    const usd_per_million = amounts[unit]?.trim() ?? '';
    return usd_per_million === '' ? [] : [{ unit, usd_per_million }];
  });
}

/** Units without a field stay as they are. */
function othersOf(price: Pick<Price, 'prices'> | undefined): NonNullable<Price['prices']> {
  const isShown = new Set<string>(shown.map(([unit]) => unit));
  return (price?.prices ?? []).filter(({ unit }) => !isShown.has(unit ?? ''));
}

/** The browser's own clock says which moment is meant. */
function isoOf(local: string): string {
  return new Date(local).toISOString();
}
