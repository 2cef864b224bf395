import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ask } from '../../api/client.ts';
import { type Team, type TeamChange, teamsDelete, teamsGet, teamsUpdate } from '../../api/gen/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { changesOf } from '../../ui/changes.ts';
import { Facts } from '../../ui/facts.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ResourceLink } from '../../ui/resource-link.tsx';
import { Moment } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { listIn, textOf } from '../../ui/text-lists.ts';
import { balanceFacts } from '../balances/balance-facts.tsx';
import { GroupActions } from '../balances/group-actions.tsx';
import { Ledger } from '../balances/ledger.tsx';
import { KeyUse } from './key-use.tsx';
import { Members } from './members.tsx';
import { useTeamInputs } from './team-inputs.ts';

/** One team: its money, its members, and what its keys use. */
export default function TeamScreen() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const { data, error, refetch } = useQuery({
    queryKey: ['teams', id],
    queryFn: ({ signal }) => ask(teamsGet({ path: { id }, signal })),
  });
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Loading />;
  return <Shown team={data} />;
}

function Shown({ team }: { readonly team: Team }) {
  const id = team.id ?? '';
  const inputs = useTeamInputs();
  const isActive = team.status === 'active';
  const change = (body: TeamChange) => ask(teamsUpdate({ path: { id }, body }));
  const initial = {
    name: team.name ?? '',
    organisation_id: team.organisation_id ?? '',
    tags: textOf(team.tags),
    strategy: team.strategy ?? '',
  };
  const edit = (values: Readonly<Record<string, string>>) => {
    const { tags, ...changed } = changesOf(initial, values);
    return change({ ...(changed as TeamChange), ...(tags === undefined ? {} : { tags: listIn(tags ?? '') }) });
  };
  return (
    <Page
      title={team.name ?? id}
      lead="A team"
      actions={
        <GroupActions
          {...{ collection: 'teams', id, title: 'team', name: team.name ?? id, isActive, inputs, initial }}
          onEdit={edit}
          onTurn={() => change({ status: isActive ? 'suspended' : 'active' })}
          onDelete={() => ask(teamsDelete({ path: { id } }))}
        />
      }
    >
      <Panel className="p-4">
        <Facts
          facts={[
            ['Id', <code key="id">{id}</code>],
            [
              'Status',
              <Badge key="status" tone={isActive ? 'good' : 'bad'}>
                {team.status}
              </Badge>,
            ],
            [
              'Organisation',
              team.organisation_id && (
                <ResourceLink to={`/organisations/${team.organisation_id}`}>{team.organisation_id}</ResourceLink>
              ),
            ],
            ...balanceFacts(team.balance),
            ['Strategy', team.strategy],
            ['Tags', textOf(team.tags)],
            ['Created', <Moment key="created" at={team.created_at} />],
          ]}
        />
        <p className="mt-3 flex gap-4">
          <Link to="/requests" search={{ team_id: id } as never} className="text-accent hover:underline">
            Requests
          </Link>
          <Link
            to="/limits"
            search={{ subject_kind: 'team', subject_id: id } as never}
            className="text-accent hover:underline"
          >
            Limits
          </Link>
        </p>
      </Panel>
      <Members teamId={id} />
      <KeyUse teamId={id} />
      <Ledger collection="teams" id={id} />
    </Page>
  );
}
