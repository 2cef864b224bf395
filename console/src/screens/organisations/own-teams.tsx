import { useQueries } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { teamsList, type UsageReportLine, usageReport } from '../../api/gen/index.ts';
import { Listed } from '../../ui/listed.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ResourceLink } from '../../ui/resource-link.tsx';
import { Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { usePage } from '../../ui/use-page.ts';
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
  const question = usePage(['teams'], (asked) => teamsList(asked), {
    page: PAGE,
    rows: ROWS,
    fixed: { organisation_id: organisationId },
  });
  const teams = question.data?.data ?? [];
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
      <Listed
        title="Teams"
        caption="Teams"
        columns={teamColumns.filter(({ title }) => title !== 'Organisation')}
        question={question}
        empty="No team is in this organisation yet: edit a team, and name it there."
      />
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
