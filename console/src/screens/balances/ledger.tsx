import type { LedgerLine } from '../../api/gen/index.ts';
import { Listed } from '../../ui/listed.tsx';
import { Moment, Usd } from '../../ui/shown.tsx';
import type { Column } from '../../ui/table.tsx';
import { usePage } from '../../ui/use-page.ts';
import { balances, type Payer } from './payer.ts';

const PAGE = 'ledger_after';

export const ledgerColumns: readonly Column<LedgerLine>[] = [
  { title: 'Time', cell: ({ at }) => <Moment at={at} /> },
  { title: 'What', cell: ({ type }) => type },
  {
    title: 'Reason',
    cell: ({ reason, request_id }) => <span className="break-all">{reason ?? request_id}</span>,
    isMinor: true,
  },
  { title: 'Amount', cell: ({ amount_usd }) => <Usd amount={amount_usd} />, isNumber: true },
];

/** What moved a balance, newest first. */
export function Ledger({ collection, id }: Payer) {
  const question = usePage(
    [collection, id, 'ledger'],
    ({ query, signal }) => balances[collection].ledger({ path: { id }, query, signal }),
    { page: PAGE },
  );
  return (
    <Listed
      title="Ledger"
      caption="Ledger"
      idOf={({ position }) => String(position)}
      empty="No money has moved yet."
      columns={ledgerColumns}
      question={question}
    />
  );
}
