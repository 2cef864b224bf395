import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { type Team, type TeamInput, type TeamsListData, teamsCreate, teamsList } from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { givenIn } from '../../ui/changes.ts';
import { Filters } from '../../ui/filters.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Page } from '../../ui/page.tsx';
import { Pager } from '../../ui/pager.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ResourceLink } from '../../ui/resource-link.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Moment, Usd } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { listIn } from '../../ui/text-lists.ts';
import { useTeamInputs } from './team-inputs.ts';

const ROWS = 50;

const filters = [
  { name: 'status', label: 'Status', options: ['active', 'suspended'] },
  { name: 'organisation_id', label: 'Organisation' },
  { name: 'sort', label: 'Sorted by', options: ['created_at', '-created_at', 'name', '-name'] },
];

/** Of teams; lists of them stand on other screens too. */
export const teamColumns: readonly Column<Team>[] = [
  { title: 'Name', cell: ({ id, name }) => <ResourceLink to={`/teams/${id}`}>{name ?? id ?? ''}</ResourceLink> },
  {
    title: 'Organisation',
    cell: ({ organisation_id: of }) => of && <ResourceLink to={`/organisations/${of}`}>{of}</ResourceLink>,
    isMinor: true,
  },
  { title: 'Status', cell: ({ status }) => <Badge tone={status === 'active' ? 'good' : 'bad'}>{status}</Badge> },
  { title: 'Created', cell: ({ created_at }) => <Moment at={created_at} />, isMinor: true },
  { title: 'Held', cell: ({ balance }) => <Usd amount={balance?.held_usd} />, isNumber: true, isMinor: true },
  { title: 'Available', cell: ({ balance }) => <Usd amount={balance?.available_usd} />, isNumber: true },
];

/** Users who share limits and, where it has one, a balance. */
export default function Teams() {
  const [search] = useSearchState();
  const [isCreating, setCreating] = useState(false);
  const mayWrite = useMay('operator');
  const query = { ...search, limit: ROWS } as NonNullable<TeamsListData['query']>;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['teams', query],
    queryFn: ({ signal }) => ask(teamsList({ query, signal })),
  });
  return (
    <Page
      title="Teams"
      lead="Users who share limits, and a balance where the team has one."
      actions={
        mayWrite && (
          <Button look="primary" onClick={() => setCreating(true)}>
            New team
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
              caption="Teams"
              columns={teamColumns}
              rows={data.data}
              idOf={({ id }) => id ?? ''}
              empty="Make a team, and put users into it on its page."
            />
            <Pager lastId={data.last_id} hasMore={data.has_more} />
          </>
        )}
      </Panel>
      {isCreating && <NewTeam onClose={() => setCreating(false)} />}
    </Page>
  );
}

function NewTeam({ onClose }: { readonly onClose: () => void }) {
  const inputs = useTeamInputs();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const create = async ({ tags = '', ...values }: Readonly<Record<string, string>>): Promise<void> => {
    const body = { ...givenIn(values), tags: listIn(tags) };
    const team = await ask(teamsCreate({ body: body as unknown as TeamInput }));
    await queries.invalidateQueries({ queryKey: ['teams'] });
    await navigate({ to: `/teams/${team.id}` });
  };
  return <FormDialog title="New team" action="Create" inputs={inputs} onSubmit={create} onClose={onClose} />;
}
