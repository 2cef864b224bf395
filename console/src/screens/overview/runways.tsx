import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { type Runway, usageRunways } from '../../api/gen/index.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { lasting } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { ResourceLink } from '../../ui/resource-link.tsx';
import { Usd } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';

/** A week's requests are added up for it. */
const LIVE_MS = 15_000;
const ROWS = 8;

const HOURS_WARN = 72;
const HOURS_BAD = 24;

const pages: Readonly<Record<string, string>> = { user: 'users', team: 'teams', organisation: 'organisations' };

const columns: readonly Column<Runway>[] = [
  { title: 'Who pays', cell: (runway) => <Payer runway={runway} /> },
  { title: 'Available', cell: ({ available_usd }) => <Usd amount={available_usd} />, isNumber: true },
  {
    title: 'A day',
    cell: ({ spent_per_day_usd }) => <Usd amount={spent_per_day_usd} />,
    isNumber: true,
    isMinor: true,
  },
  { title: 'Lasts', cell: (runway) => <Lasts runway={runway} />, isNumber: true },
];

export function useRunways() {
  return useQuery({
    queryKey: ['runways'],
    queryFn: ({ signal }) => ask(usageRunways({ query: { limit: ROWS }, signal })),
    refetchInterval: LIVE_MS,
  });
}

/** Whose money is gone first, at the spending of the last seven days. */
export function Runways() {
  const { data, error, isPending, refetch } = useRunways();
  return (
    <Panel title="How long balances last">
      {isPending && error === null && <Loading />}
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data !== undefined && (
        <Table
          caption="How long balances last at the spending of the last seven days"
          columns={columns}
          rows={data.runways ?? []}
          idOf={({ payer_kind, payer_id }) => `${payer_kind} ${payer_id}`}
          empty="Nobody spent anything in the last seven days."
        />
      )}
    </Panel>
  );
}

function Payer({ runway: { payer_kind, payer_id, name } }: { readonly runway: Runway }) {
  return (
    <>
      <ResourceLink to={`/${pages[payer_kind ?? ''] ?? 'users'}/${payer_id}`}>{name || (payer_id ?? '')}</ResourceLink>
      {payer_kind !== 'user' && <span className="text-soft"> {payer_kind}</span>}
    </>
  );
}

function Lasts({ runway: { available_usd, hours_left = 0 } }: { readonly runway: Runway }) {
  const isGone = Number(available_usd) <= 0;
  return <Badge tone={toneOf(hours_left)}>{isGone ? 'used up' : lasting(hours_left)}</Badge>;
}

function toneOf(hours: number): Tone {
  if (hours < HOURS_BAD) return 'bad';
  return hours < HOURS_WARN ? 'warn' : 'good';
}
