import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { type BalanceAt, type HistoryBalancesData, historyBalances } from '../../api/gen/index.ts';
import { SelectField } from '../../ui/field.tsx';
import { Pager } from '../../ui/pager.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ResourceLink } from '../../ui/resource-link.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Usd } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';

const ROWS = 50;

const pages: Readonly<Record<string, string>> = { user: 'users', team: 'teams', organisation: 'organisations' };

const columns: readonly Column<BalanceAt>[] = [
  {
    title: 'Payer',
    cell: ({ payer_kind, payer_id }) => (
      <>
        {`${payer_kind} `}
        <ResourceLink to={`/${pages[payer_kind ?? '']}/${payer_id}`}>{payer_id ?? ''}</ResourceLink>
      </>
    ),
  },
  { title: 'Credited', cell: ({ credited_usd }) => <Usd amount={credited_usd} />, isNumber: true, isMinor: true },
  { title: 'Debited', cell: ({ debited_usd }) => <Usd amount={debited_usd} />, isNumber: true, isMinor: true },
  { title: 'Charged', cell: ({ charged_usd }) => <Usd amount={charged_usd} />, isNumber: true, isMinor: true },
  { title: 'Balance then', cell: ({ balance_usd }) => <Usd amount={balance_usd} />, isNumber: true },
  { title: 'Since then', cell: ({ difference_usd }) => <Usd amount={difference_usd} />, isNumber: true },
  { title: 'Balance now', cell: ({ balance_now_usd }) => <Usd amount={balance_now_usd} />, isNumber: true },
];

/** What every payer had at a time. */
export function BalancesAt({ at }: { readonly at: string }) {
  const [search, change] = useSearchState();
  const { after = '', payer_kind = '', order = '-balance' } = search;
  const query = { at, limit: ROWS, sort: order, payer_kind, after };
  const { data, error, isPending, isFetching, refetch } = useQuery({
    queryKey: ['history', 'balances', query],
    queryFn: ({ signal }) => ask(historyBalances({ query: query as HistoryBalancesData['query'], signal })),
    placeholderData: keepPreviousData,
  });
  return (
    <Panel title="Balances by the ledger">
      <p className="px-4 pt-3 text-soft">
        What was held for requests that ran then is a part of the balance: the ledger moves when a request is charged.
      </p>
      <div className="flex flex-wrap gap-2 px-4 py-2">
        <SelectField
          label="Payers"
          value={payer_kind}
          onChange={({ target }) => change({ payer_kind: target.value, after: '' })}
        >
          <option value="">all</option>
          {Object.entries(pages).map(([kind, title]) => (
            <option key={kind} value={kind}>
              {title}
            </option>
          ))}
        </SelectField>
        <SelectField label="Order" value={order} onChange={({ target }) => change({ order: target.value, after: '' })}>
          <option value="-balance">largest first</option>
          <option value="balance">smallest first</option>
          <option value="id">by id</option>
        </SelectField>
      </div>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {isPending && error === null && <Loading />}
      {data !== undefined && error === null && (
        <div aria-busy={isFetching} className={isFetching ? 'opacity-60' : ''}>
          <Table
            caption="Balances then"
            columns={columns}
            rows={data.balances ?? []}
            idOf={({ payer_kind: kind, payer_id: id }) => `${kind} ${id}`}
            empty="No balance had moved by then."
          />
          <Pager lastId={data.next} hasMore={Boolean(data.next)} />
        </div>
      )}
    </Panel>
  );
}
