import { type Organisation, organisationsDelete, organisationsGet, organisationsUpdate } from '../../api/gen/index.ts';
import { GroupScreen } from '../balances/group-screen.tsx';
import { organisationInputs } from './organisation-inputs.ts';
import { OwnTeams } from './own-teams.tsx';

/** One organisation: its money, its teams, and what they use. */
export default function OrganisationScreen() {
  return (
    <GroupScreen<Organisation>
      collection="organisations"
      what="organisation"
      inputs={organisationInputs}
      initialOf={({ time_zone }) => ({ time_zone: time_zone ?? '' })}
      factsOf={({ time_zone }) => [['Time zone', time_zone ?? 'UTC']]}
      get={(asked) => organisationsGet(asked)}
      update={(asked) => organisationsUpdate(asked)}
      remove={(asked) => organisationsDelete(asked)}
      linksOf={(id) => [['Limits', '/limits', { subject_kind: 'organisation', subject_id: id }]]}
    >
      {(id) => <OwnTeams organisationId={id} />}
    </GroupScreen>
  );
}
