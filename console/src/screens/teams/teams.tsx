import { type Team, teamsList } from '../../api/gen/index.ts';
import { Listed } from '../../ui/listed.tsx';
import { Opens } from '../../ui/opens.tsx';
import { Page } from '../../ui/page.tsx';
import { ResourceLink } from '../../ui/resource-link.tsx';
import type { Column } from '../../ui/table.tsx';
import { usePage } from '../../ui/use-page.ts';
import { balanceColumns } from '../balances/balance-columns.tsx';
import { NewPayer } from '../balances/new-payer.tsx';
import { useTeamInputs } from './team-inputs.ts';

const filters = [
  { name: 'search', label: 'Search' },
  { name: 'status', label: 'Status', options: ['active', 'suspended'] },
  { name: 'organisation_id', label: 'Organisation' },
];

/** Of teams; lists of them stand on other screens too. */
export const teamColumns: readonly Column<Team>[] = [
  {
    title: 'Name',
    cell: ({ id, name }) => <ResourceLink to={`/teams/${id}`}>{name ?? id ?? ''}</ResourceLink>,
    sort: 'name',
  },
  {
    title: 'Organisation',
    cell: ({ organisation_id: of }) => of && <ResourceLink to={`/organisations/${of}`}>{of}</ResourceLink>,
    isMinor: true,
  },
  ...balanceColumns,
];

/** Users who share limits and, where it has one, a balance. */
export default function Teams() {
  const question = usePage(['teams'], (asked) => teamsList(asked));
  return (
    <Page
      title="Teams"
      lead="Users who share limits, and a balance where the team has one."
      actions={
        <Opens label="New team" look="primary" roles={['operator']}>
          {(onClose) => <NewTeam onClose={onClose} />}
        </Opens>
      }
    >
      <Listed
        caption="Teams"
        empty="Make a team, and put users into it on its page."
        columns={teamColumns}
        {...{ question, filters }}
      />
    </Page>
  );
}

function NewTeam({ onClose }: { readonly onClose: () => void }) {
  return <NewPayer collection="teams" title="New team" inputs={useTeamInputs()} onClose={onClose} />;
}
