import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { historyResources, type ResourceAt } from '../../api/gen/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Pager } from '../../ui/pager.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Moment } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import type { HistoryKind } from './history-kinds.ts';
import { ResourceThen } from './resource-then.tsx';

const ROWS = 50;

const states = { same: 'good', changed: 'warn', removed: 'bad' } as const;

const columns: readonly Column<ResourceAt>[] = [
  { title: 'Id', cell: ({ id }) => <span className="break-all">{id}</span> },
  { title: 'Name', cell: ({ document }) => nameIn(document), isMinor: true },
  { title: 'Made so', cell: ({ changed_at }) => <Moment at={changed_at} />, isMinor: true },
  { title: 'By', cell: ({ actor, action }) => (actor ? `${actor}: ${action}` : ''), isMinor: true },
  {
    title: 'Now',
    cell: ({ now }) => (
      <Badge tone={states[now as keyof typeof states] ?? 'plain'}>{now === 'same' ? 'the same' : now}</Badge>
    ),
  },
];

/** Every resource of a kind as it was at a time. */
export function ResourcesAt({ at, kind: { kind, title } }: { readonly at: string; readonly kind: HistoryKind }) {
  const [search] = useSearchState();
  const [opened, setOpened] = useState<string | null>(null);
  const query = { kind, at, limit: ROWS, after: search['after'] ?? '' };
  const { data, error, isPending, isFetching, refetch } = useQuery({
    queryKey: ['history', 'resources', query],
    queryFn: ({ signal }) => ask(historyResources({ query, signal })),
    placeholderData: keepPreviousData,
  });
  return (
    <Panel title={`${title} then`}>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {isPending && error === null && <Loading />}
      {data !== undefined && error === null && (
        <div aria-busy={isFetching} className={isFetching ? 'opacity-60' : ''}>
          <Table
            caption={`${title} then`}
            columns={columns}
            rows={data.resources ?? []}
            idOf={({ id }) => id ?? ''}
            onOpen={({ id }) => setOpened(id ?? '')}
            empty="There were none then."
          />
          <Pager lastId={data.next} hasMore={Boolean(data.next)} />
        </div>
      )}
      {opened !== null && <ResourceThen {...{ kind, at }} id={opened} onClose={() => setOpened(null)} />}
    </Panel>
  );
}

/** Of a key, a team or another thing that people have named. */
function nameIn(document: string | null | undefined): string {
  try {
    const { name } = JSON.parse(document ?? '{}') as { readonly name?: unknown };
    return typeof name === 'string' ? name : '';
  } catch {
    return '';
  }
}
