import { ask, askVersioned, onlyNew } from '../../api/client.ts';
import {
  type Limit,
  type LimitChange,
  type LimitInput,
  limitsDelete,
  limitsGet,
  limitsSet,
  limitsUpdate,
} from '../../api/gen/index.ts';
import { asPreviewed } from '../../ui/bulk/as-previewed.ts';
import type { BulkAction, Planned, Values } from '../../ui/bulk/bulk-action.ts';
import { changeFields } from '../../ui/bulk/change-fields.ts';
import { nanoUsdIn, usdOf } from '../../ui/nano-usd.ts';
import { withoutComputed } from '../../ui/undo/put-back.ts';

const pathOf = ({ id }: Limit) => ({ id: id ?? '' });
const read = (limit: Limit) => askVersioned(limitsGet({ path: pathOf(limit) }));
const labelOf = ({ id }: Limit): string => id ?? '';

function amountIn(text: string, unit: Limit['unit']): string {
  if (unit === 'cost') return usdOf(nanoUsdIn(text));
  if (!/^\d{1,15}$/.test(text)) throw new Error('The amount must be a whole number.');
  return String(BigInt(text));
}

function amountPlan({ unit, amount }: Limit, { unit: wantedUnit = '', amount: wanted = '' }: Values): Planned {
  const after = amountIn(wanted, wantedUnit as Limit['unit']);
  if (unit !== wantedUnit) return { leftOut: `it counts ${unit}` };
  const before = String(amount ?? '');
  const same = amountIn(before, unit) === after;
  return same ? { leftOut: 'it is so already' } : { before: shown(before, unit), after: shown(after, unit) };
}

function shown(amount: string, unit: Limit['unit']): string {
  return unit === 'cost' ? `${amount} USD` : `${amount} ${unit}`;
}

const deletePlan = (limit: Limit): Planned => ({
  before: shown(String(limit.amount ?? ''), limit.unit),
  after: 'no limit',
});

/** What can be done with several limits. Of a deleted one that is put back, the counters begin anew. */
export const bulkLimits: readonly BulkAction<Limit>[] = [
  {
    name: 'Change amount',
    roles: ['operator'],
    inputs: [
      {
        name: 'unit',
        label: 'Of those that count',
        options: ['requests', 'tokens', 'input_tokens', 'output_tokens', 'cost'],
        isRequired: true,
      },
      { name: 'amount', label: 'Amount', hint: 'A whole number; USD where the unit is cost', isRequired: true },
    ],
    labelOf,
    ...changeFields<Limit>({
      read,
      plan: amountPlan,
      update: (limit, body, headers) => limitsUpdate({ path: pathOf(limit), body: body as LimitChange, headers }),
      fieldsOf: ({ amount = '' }, { unit }) => ({ amount: unit === 'cost' ? amountIn(amount, unit) : Number(amount) }),
    }),
  },
  {
    name: 'Delete',
    roles: ['operator'],
    labelOf,
    plan: deletePlan,
    run: asPreviewed<Limit>({
      plan: deletePlan,
      read,
      change: (limit, _, headers) => limitsDelete({ path: pathOf(limit), headers }),
    }),
    undo: (limit, before, repeatKey) =>
      ask(
        limitsSet({
          path: pathOf(limit),
          body: withoutComputed(before as Limit) as unknown as LimitInput,
          headers: { ...onlyNew, 'Idempotency-Key': repeatKey },
        }),
      ),
  },
];
