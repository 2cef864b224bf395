import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { type Route, routesList } from '../../api/gen/index.ts';
import { Asked } from '../../ui/asked.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Filters } from '../../ui/filters.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ResourceActions } from '../../ui/resource-actions.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { type Column, Table } from '../../ui/table.tsx';
import { targetsText } from '../models/targets-text.ts';
import { conditionsOf } from './conditions-of.ts';
import { routeKind } from './route-kind.ts';

/** Routes are in an order that a page would cut: all that one answer has. */
const ROWS = 1_000;

const filters = [{ name: 'search', label: 'Search' }];

const columns: readonly Column<Route>[] = [
  { title: 'Order', cell: ({ order = 0 }) => order, isNumber: true },
  { title: 'Route', cell: ({ id }) => <span className="break-words">{id}</span> },
  {
    title: 'Status',
    cell: ({ status }) => <Badge tone={status === 'disabled' ? 'bad' : 'good'}>{status}</Badge>,
    isMinor: true,
  },
  { title: 'Models', cell: ({ models = [] }) => <span className="break-words">{models.join(', ')}</span> },
  { title: 'For', cell: (route) => conditionsOf(route).join('; ') || 'every request', isMinor: true },
  {
    title: 'Goes to',
    cell: ({ targets = [] }) => (
      <span className="whitespace-pre-line break-words">{targetsText(targets) || 'where it would go anyway'}</span>
    ),
    isMinor: true,
  },
  { title: 'Actions', cell: ({ id }) => <ResourceActions kind={routeKind} id={id ?? ''} /> },
];

/** As they are looked at: by their order, then by their names. */
export function RouteList() {
  const [{ search }] = useSearchState();
  const question = useQuery({
    queryKey: ['routes', search],
    queryFn: ({ signal }) =>
      ask(routesList({ query: { limit: ROWS, ...(search === undefined ? {} : { search }) }, signal })),
  });
  return (
    <>
      <Filters filters={filters} />
      <Panel>
        <Asked question={question}>
          {({ data, has_more }) => (
            <>
              <Table
                caption="Routes in the order in which they are looked at"
                columns={columns}
                rows={data.toSorted(byOrder)}
                idOf={({ id }) => id ?? ''}
                empty="Without routes each model goes to the providers that have it."
              />
              {has_more && <p className="p-4 text-soft">There are more than {ROWS} of them.</p>}
            </>
          )}
        </Asked>
      </Panel>
    </>
  );
}

function byOrder(a: Route, b: Route): number {
  return (a.order ?? 0) - (b.order ?? 0) || ((a.id ?? '') < (b.id ?? '') ? -1 : 1);
}
