import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { type Limit, type LimitsListData, limitsList } from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Filters } from '../../ui/filters.tsx';
import { Page } from '../../ui/page.tsx';
import { Pager } from '../../ui/pager.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ResourceLink } from '../../ui/resource-link.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Moment } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { LimitActions } from './limit-actions.tsx';
import { isRaised, LimitAmount } from './limit-amount.tsx';
import { limitKinds, limitPeriods, subjectKinds, units } from './limit-inputs.ts';
import { NewLimit } from './new-limit.tsx';

const ROWS = 50;
const LIVE_MS = 10_000;

const filters = [
  { name: 'subject_kind', label: 'For', options: subjectKinds },
  { name: 'subject_id', label: 'Id' },
  { name: 'unit', label: 'Unit', options: units },
  { name: 'period', label: 'Period', options: limitPeriods },
  { name: 'kind', label: 'Kind', options: limitKinds },
];

const pages: Readonly<Record<string, string>> = { organisation: 'organisations', team: 'teams', user: 'users' };

const columns: readonly Column<Limit>[] = [
  { title: 'For', cell: ({ subject }) => <Subject subject={subject} /> },
  { title: 'Of', cell: (limit) => <Counted limit={limit} /> },
  {
    title: 'Limit',
    cell: (limit) => (
      <LimitAmount unit={limit.unit} amount={isRaised(limit, Date.now()) ? limit.raised_amount : limit.amount} />
    ),
    isNumber: true,
  },
  { title: 'Used', cell: ({ unit, used }) => <LimitAmount unit={unit} amount={used} />, isNumber: true, isMinor: true },
  { title: 'Held', cell: ({ unit, held }) => <LimitAmount unit={unit} amount={held} />, isNumber: true, isMinor: true },
  { title: 'Left', cell: ({ unit, left }) => <LimitAmount unit={unit} amount={left} />, isNumber: true },
  { title: 'Starts anew', cell: (limit) => <Ends limit={limit} />, isMinor: true },
  { title: 'Actions', cell: (limit) => <LimitActions limit={limit} /> },
];

function Subject({ subject }: { readonly subject: Limit['subject'] }) {
  const { kind = '', id = '' } = subject ?? {};
  const page = pages[kind ?? ''];
  if (!id) return kind;
  return (
    <>
      {kind}{' '}
      {page === undefined ? (
        <span className="block text-xs break-all">{id}</span>
      ) : (
        <span className="block text-xs">
          <ResourceLink to={`/${page}/${id}`}>{id}</ResourceLink>
        </span>
      )}
    </>
  );
}

function Counted({ limit: { unit, period, kind, models } }: { readonly limit: Limit }) {
  const usual = unit?.includes('tokens') === true ? 'rate' : 'hard';
  return (
    <>
      {unit} {period === 'ever' ? 'in all' : `a ${period}`} <Badge>{kind ?? usual}</Badge>
      {models && <span className="block text-xs break-words text-soft">{models}</span>}
    </>
  );
}

function Ends({ limit }: { readonly limit: Limit }) {
  return (
    <>
      <Moment at={limit.resets_at} />
      {isRaised(limit, Date.now()) && (
        <span className="block text-xs text-warn">
          raised until <Moment at={limit.raised_until} />
        </span>
      )}
    </>
  );
}

/** What each may use in a period, and how much of it is left. */
export default function Limits() {
  const [search] = useSearchState();
  const [isCreating, setCreating] = useState(false);
  const mayWrite = useMay('operator');
  const query = { ...search, limit: ROWS } as NonNullable<LimitsListData['query']>;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['limits', query],
    queryFn: ({ signal }) => ask(limitsList({ query, signal })),
    refetchInterval: LIVE_MS,
  });
  return (
    <Page
      title="Limits"
      lead="A request has to fit all that hold for it: its key's, user's, team's, organisation's and the gateway's."
      actions={
        mayWrite && (
          <Button look="primary" onClick={() => setCreating(true)}>
            New limit
          </Button>
        )
      }
    >
      <Filters filters={filters} />
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      <Panel>
        {isPending && error === null && <Loading />}
        {data !== undefined && (
          <>
            <Table
              caption="Limits"
              columns={columns}
              rows={data.data}
              idOf={({ id }) => id ?? ''}
              empty="No limit fits. Balances stop spending even where there is none."
            />
            <Pager lastId={data.last_id} hasMore={data.has_more} />
          </>
        )}
      </Panel>
      {isCreating && <NewLimit onClose={() => setCreating(false)} />}
    </Page>
  );
}
