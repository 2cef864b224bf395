import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import type { LedgerLine } from '../../api/gen/index.ts';
import { Pager } from '../../ui/pager.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Moment, Usd } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { balances, type Payer } from './payer.ts';

const ROWS = 50;
const PAGE = 'ledger_after';

const columns: readonly Column<LedgerLine>[] = [
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
  const [search] = useSearchState();
  const after = Number(search[PAGE] ?? 0);
  const query = { limit: ROWS, ...(after > 0 ? { after } : {}) };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: [collection, id, 'ledger', query],
    queryFn: ({ signal }) => ask(balances[collection].ledger({ path: { id }, query, signal })),
  });
  return (
    <Panel title="Ledger">
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {isPending && error === null && <Loading />}
      {data !== undefined && (
        <>
          <Table
            caption="Ledger"
            columns={columns}
            rows={data.data}
            idOf={({ position }) => String(position)}
            empty="No money has moved yet."
          />
          <Pager lastId={data.last_id} hasMore={data.has_more} name={PAGE} />
        </>
      )}
    </Panel>
  );
}
