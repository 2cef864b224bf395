import { ask, askVersioned } from '../../api/client.ts';
import {
  balanceChangeUsers,
  creditsUndo,
  type User,
  type UserChange,
  usersGet,
  usersUpdate,
} from '../../api/gen/index.ts';
import type { ChangeHeaders } from '../../ui/bulk/as-previewed.ts';
import type { BulkAction, Planned, Values } from '../../ui/bulk/bulk-action.ts';
import { changeFields } from '../../ui/bulk/change-fields.ts';
import { nanoUsdIn, usdOf } from '../../ui/nano-usd.ts';

const read = ({ id = '' }: User) => askVersioned(usersGet({ path: { id: id ?? '' } }));

const update = ({ id }: User, body: object, headers: ChangeHeaders) =>
  usersUpdate({ path: { id: id ?? '' }, body: body as UserChange, headers });

const labelOf = ({ name, id }: User): string => name ?? id ?? '';

function turn(name: string, from: string, to: string): BulkAction<User> {
  const plan = ({ status }: User): Planned =>
    status === from ? { before: from, after: to } : { leftOut: `it is ${status}` };
  return {
    name,
    roles: ['operator'],
    labelOf,
    ...changeFields({ read, update, plan, fieldsOf: () => ({ status: to }) }),
  };
}

/** It is listed where it is asked for, and takes nothing more. */
function isDeleted(status: string | null | undefined): boolean {
  return status === 'deleted';
}

function teamPlan({ team_id, status }: User, { team_id: wanted = '' }: Values): Planned {
  if (isDeleted(status)) return { leftOut: 'it is deleted' };
  const before = team_id ?? '';
  return before === wanted
    ? { leftOut: 'it is there already' }
    : { before: before || 'no team', after: wanted || 'no team' };
}

function creditPlan({ balance, status }: User, { amount_usd = '' }: Values): Planned {
  const amount = nanoUsdIn(amount_usd);
  if (amount === 0n) throw new Error('The amount must not be 0.');
  if (isDeleted(status)) return { leftOut: 'it is deleted' };
  const available = BigInt(balance?.available_nano_usd ?? '0');
  const after = available + amount;
  if (after < 0n) return { leftOut: `it has ${usdOf(available)} USD` };
  return { before: `${usdOf(available)} USD`, after: `${usdOf(after)} USD` };
}

/** What can be done with several users. A balance is added to, whatever it is by then; all else needs the user as the preview showed it. */
export const bulkUsers: readonly BulkAction<User>[] = [
  turn('Suspend', 'active', 'suspended'),
  turn('Resume', 'suspended', 'active'),
  {
    name: 'Change team',
    roles: ['operator'],
    inputs: [{ name: 'team_id', label: 'Team', hint: 'Its id; empty: none' }],
    labelOf,
    ...changeFields({ read, update, plan: teamPlan, fieldsOf: ({ team_id = '' }) => ({ team_id: team_id || null }) }),
  },
  {
    name: 'Top up',
    roles: ['operator', 'billing'],
    inputs: [
      { name: 'amount_usd', label: 'Amount in USD for each', hint: 'Negative: it is taken away', isRequired: true },
      { name: 'reason', label: 'Reason', hint: 'An invoice, a name: it stands in the ledger' },
    ],
    labelOf,
    plan: creditPlan,
    run: ({ id }, { amount_usd = '', reason = '' }, repeatKey) => {
      const body = { amount_usd: amount_usd.trim().replace('+', ''), ...(reason === '' ? {} : { reason }) };
      return ask(balanceChangeUsers({ path: { id: id ?? '' }, body, headers: { 'Idempotency-Key': repeatKey } }));
    },
    undo: (_, credit, repeatKey) => {
      const { id = '' } = credit as { readonly id?: string };
      return ask(creditsUndo({ path: { id }, body: {}, headers: { 'Idempotency-Key': repeatKey } }));
    },
  },
];
