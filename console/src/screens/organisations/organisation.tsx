import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { ask } from '../../api/client.ts';
import {
  type Organisation,
  type OrganisationChange,
  organisationsDelete,
  organisationsGet,
  organisationsUpdate,
} from '../../api/gen/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { changesOf } from '../../ui/changes.ts';
import { Facts } from '../../ui/facts.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Moment } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { listIn, textOf } from '../../ui/text-lists.ts';
import { balanceFacts } from '../balances/balance-facts.tsx';
import { GroupActions } from '../balances/group-actions.tsx';
import { Ledger } from '../balances/ledger.tsx';
import { organisationInputs } from './organisation-inputs.ts';
import { OwnTeams } from './own-teams.tsx';

/** One organisation: its money, its teams, and what they use. */
export default function OrganisationScreen() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const { data, error, refetch } = useQuery({
    queryKey: ['organisations', id],
    queryFn: ({ signal }) => ask(organisationsGet({ path: { id }, signal })),
  });
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Loading />;
  return <Shown organisation={data} />;
}

function Shown({ organisation }: { readonly organisation: Organisation }) {
  const id = organisation.id ?? '';
  const name = organisation.name ?? id;
  const isActive = organisation.status === 'active';
  const change = (body: OrganisationChange) => ask(organisationsUpdate({ path: { id }, body }));
  const initial = { name, time_zone: organisation.time_zone ?? '', tags: textOf(organisation.tags) };
  const edit = (values: Readonly<Record<string, string>>) => {
    const { tags, ...changed } = changesOf(initial, values);
    return change({ ...changed, ...(tags === undefined ? {} : { tags: listIn(tags ?? '') }) });
  };
  return (
    <Page
      title={name}
      lead="An organisation"
      actions={
        <GroupActions
          {...{ collection: 'organisations', id, title: 'organisation', name, isActive, initial }}
          inputs={organisationInputs}
          onEdit={edit}
          onTurn={() => change({ status: isActive ? 'suspended' : 'active' })}
          onDelete={() => ask(organisationsDelete({ path: { id } }))}
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
                {organisation.status}
              </Badge>,
            ],
            ['Time zone', organisation.time_zone ?? 'UTC'],
            ...balanceFacts(organisation.balance),
            ['Tags', textOf(organisation.tags)],
            ['Created', <Moment key="created" at={organisation.created_at} />],
          ]}
        />
        <p className="mt-3">
          <Link
            to="/limits"
            search={{ subject_kind: 'organisation', subject_id: id } as never}
            className="text-accent hover:underline"
          >
            Limits
          </Link>
        </p>
      </Panel>
      <OwnTeams organisationId={id} />
      <Ledger collection="organisations" id={id} />
    </Page>
  );
}
