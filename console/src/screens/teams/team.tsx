import { type Team, teamsDelete, teamsGet, teamsUpdate } from '../../api/gen/index.ts';
import { ResourceLink } from '../../ui/resource-link.tsx';
import { GroupScreen } from '../balances/group-screen.tsx';
import { KeyUse } from './key-use.tsx';
import { Members } from './members.tsx';
import { useTeamInputs } from './team-inputs.ts';

/** One team: its money, its members, and what its keys use. */
export default function TeamScreen() {
  return (
    <GroupScreen<Team>
      collection="teams"
      what="team"
      inputs={useTeamInputs()}
      initialOf={({ organisation_id, strategy }) => ({
        organisation_id: organisation_id ?? '',
        strategy: strategy ?? '',
      })}
      factsOf={({ organisation_id: of, strategy }) => [
        ['Organisation', of && <ResourceLink to={`/organisations/${of}`}>{of}</ResourceLink>],
        ['Strategy', strategy],
      ]}
      get={(asked) => teamsGet(asked)}
      update={(asked) => teamsUpdate(asked)}
      remove={(asked) => teamsDelete(asked)}
      linksOf={(id) => [
        ['Requests', '/requests', { team_id: id }],
        ['Limits', '/limits', { subject_kind: 'team', subject_id: id }],
      ]}
    >
      {(id) => (
        <>
          <Members teamId={id} />
          <KeyUse teamId={id} />
        </>
      )}
    </GroupScreen>
  );
}
