import { useQueryClient } from '@tanstack/react-query';
import { ask, type Versioned } from '../../api/client.ts';
import { type User, type UserChange, usersGet, usersUpdate } from '../../api/gen/index.ts';
import { AsItIs } from '../../ui/as-it-is.tsx';
import { changesOf } from '../../ui/changes.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { listIn, textOf } from '../../ui/text-lists.ts';
import { strategies } from '../models/strategies.ts';
import { useTeamSuggestions } from '../teams/team-inputs.ts';
import { offerUserUndo } from './offer-user-undo.ts';

/** Changes what is known of a user, and what holds for them. Only what was touched is sent. */
export function EditUser({ user, onClose }: { readonly user: User; readonly onClose: () => void }) {
  const id = user.id ?? '';
  return (
    <AsItIs
      title={`Edit ${user.name ?? 'user'}`}
      id={['user', id]}
      get={(signal) => usersGet({ path: { id }, signal })}
      onClose={onClose}
    >
      {(found) => <Form of={found} onClose={onClose} />}
    </AsItIs>
  );
}

function Form({ of, onClose }: { readonly of: Versioned<User>; readonly onClose: () => void }) {
  const { value: user, etag } = of;
  const teams = useTeamSuggestions();
  const queries = useQueryClient();
  const initial = {
    name: user.name ?? '',
    email: user.email ?? '',
    team_id: user.team_id ?? '',
    multiplier: user.multiplier ?? '',
    requests_per_minute: String(user.requests_per_minute || ''),
    strategy: user.strategy ?? '',
    tags: textOf(user.tags),
  };
  const save = async (values: Readonly<Record<string, string>>): Promise<void> => {
    const { tags, requests_per_minute: most, ...changed } = changesOf(initial, values);
    const body = {
      ...changed,
      ...(most === undefined ? {} : { requests_per_minute: most === null ? 0 : Number(most) }),
      ...(tags === undefined ? {} : { tags: listIn(tags ?? '') }),
    };
    const headers = { 'If-Match': etag };
    const after = await ask(usersUpdate({ path: { id: user.id ?? '' }, body: body as UserChange, headers }));
    offerUserUndo(`${user.name ?? 'The user'} is changed`, user, after, Object.keys(body));
    await queries.invalidateQueries({ queryKey: ['users'] });
    onClose();
  };
  return (
    <FormDialog
      title={`Edit ${user.name ?? 'user'}`}
      action="Save"
      initial={initial}
      inputs={[
        { name: 'name', label: 'Name', isRequired: true },
        { name: 'email', label: 'E-mail', type: 'email' },
        { name: 'team_id', label: 'Team', hint: 'Its id; empty: none', suggestions: teams },
        { name: 'multiplier', label: 'Multiplier', hint: "Of the providers' prices; empty: the setting's" },
        { name: 'requests_per_minute', label: 'Requests a minute', type: 'number', hint: "Empty: the setting's" },
        { name: 'strategy', label: 'Strategy', options: strategies, none: "the team's" },
        { name: 'tags', label: 'Tags', hint: 'Commas between them' },
      ]}
      onSubmit={save}
      onClose={onClose}
    />
  );
}
