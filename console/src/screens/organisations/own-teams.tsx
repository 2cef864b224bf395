import { useQueries, useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { teamsList, type UsageReportLine, usageReport } from '../../api/gen/index.ts';
import { Pager } from '../../ui/pager.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ResourceLink } from '../../ui/resource-link.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { usageColumns } from '../teams/key-use.tsx';
import { teamColumns } from '../teams/teams.tsx';

/** Each row of the page asks for a report of its own: no report is by organisation. */
const ROWS = 20;
const PAGE = 'teams_after';

interface Use extends UsageReportLine {
  readonly id: string;
  readonly name: string;
}

const columns: readonly Column<Use>[] = [
  { title: 'Team', cell: ({ id, name }) => <ResourceLink to={`/teams/${id}`}>{name}</ResourceLink> },
  ...usageColumns,
];

/** The teams of an organisation, and what each used in the last 30 days. */
export function OwnTeams({ organisationId }: { readonly organisationId: string }) {
  const [search] = useSearchState();
  const after = search[PAGE];
  const query = { organisation_id: organisationId, limit: ROWS, ...(after === undefined ? {} : { after }) };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['teams', query],
    queryFn: ({ signal }) => ask(teamsList({ query, signal })),
  });
  const teams = data?.data ?? [];
  const reports = useQueries({
    queries: teams.map(({ id }) => ({
      queryKey: ['usage', 'team', id],
      queryFn: ({ signal }: { signal: AbortSignal }) => ask(usageReport({ query: { team_id: id ?? '' }, signal })),
    })),
  });
  const uses = teams.map(({ id, name }, at) => ({
    ...reports[at]?.data?.lines?.[0],
    id: id ?? '',
    name: name ?? id ?? '',
  }));
  const failed = reports.find((report) => report.error !== null);
  return (
    <>
      <Panel title="Teams">
        {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
        {isPending && error === null && <Loading />}
        {data !== undefined && (
          <>
            <Table
              caption="Teams"
              columns={teamColumns.filter(({ title }) => title !== 'Organisation')}
              rows={teams}
              idOf={({ id }) => id ?? ''}
              empty="No team is in this organisation yet: edit a team, and name it there."
            />
            <Pager lastId={data.last_id} hasMore={data.has_more} name={PAGE} />
          </>
        )}
      </Panel>
      {teams.length > 0 && (
        <Panel title="Use by team, last 30 days">
          {failed === undefined ? (
            <Table caption="Use by team" columns={columns} rows={uses} idOf={({ id }) => id} empty="No team." />
          ) : (
            <Problem error={failed.error} onRetry={() => void failed.refetch()} />
          )}
        </Panel>
      )}
    </>
  );
}
