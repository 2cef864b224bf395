import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { type User, usersList, usersUpdate } from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Listed } from '../../ui/listed.tsx';
import { Opens } from '../../ui/opens.tsx';
import { ResourceLink } from '../../ui/resource-link.tsx';
import { Usd } from '../../ui/shown.tsx';
import { Problem } from '../../ui/states.tsx';
import type { Column } from '../../ui/table.tsx';
import { usePage } from '../../ui/use-page.ts';
import { offerUserUndo } from '../users/offer-user-undo.ts';
import { suggestionsOf } from './team-inputs.ts';

const OFFERED_MAX = 1_000;
const PAGE = 'members_after';

/** Who is in a team. Somebody who is taken out can be put back. */
export function Members({ teamId }: { readonly teamId: string }) {
  const [refused, setRefused] = useState<unknown>(null);
  const mayWrite = useMay('operator');
  const queries = useQueryClient();
  const question = usePage(['users'], (asked) => usersList(asked), { page: PAGE, fixed: { team_id: teamId } });
  const put = async (id: string, team: string | null): Promise<User> => {
    const user = await ask(usersUpdate({ path: { id }, body: { team_id: team } }));
    await queries.invalidateQueries({ queryKey: ['users'] });
    return user;
  };
  const takeOut = async (id: string): Promise<void> => {
    setRefused(null);
    const out = async (): Promise<void> => {
      const after = await put(id, null);
      const before = { ...after, team_id: teamId };
      offerUserUndo(`${after.name ?? id} is out of the team`, before, after, ['team_id']);
    };
    await out().catch(setRefused);
  };
  const columns: readonly Column<User>[] = [
    { title: 'Name', cell: ({ id, name }) => <ResourceLink to={`/users/${id}`}>{name ?? id ?? ''}</ResourceLink> },
    { title: 'E-mail', cell: ({ email }) => email, isMinor: true },
    { title: 'Status', cell: ({ status }) => <Badge tone={status === 'active' ? 'good' : 'bad'}>{status}</Badge> },
    { title: 'Available', cell: ({ balance }) => <Usd amount={balance?.available_usd} />, isNumber: true },
    {
      title: 'Actions',
      cell: ({ id, name }) =>
        mayWrite && (
          <Button onClick={() => void takeOut(id ?? '')} aria-label={`Take out ${name}`}>
            Take out
          </Button>
        ),
    },
  ];
  const add = (
    <Opens label="Add a member" roles={['operator']}>
      {(close) => <NewMember onAdd={(id) => put(id, teamId)} onClose={close} />}
    </Opens>
  );
  return (
    <>
      {refused !== null && <Problem error={refused} />}
      <Listed
        title="Members"
        caption="Members"
        actions={add}
        empty="Nobody is in this team yet."
        {...{ question, columns }}
      />
    </>
  );
}

interface NewMemberProps {
  readonly onAdd: (id: string) => Promise<unknown>;
  readonly onClose: () => void;
}

function NewMember({ onAdd, onClose }: NewMemberProps) {
  const { data } = useQuery({
    queryKey: ['users', 'offered'],
    queryFn: ({ signal }) => ask(usersList({ query: { limit: OFFERED_MAX }, signal })),
  });
  const add = async ({ id = '' }: Readonly<Record<string, string>>): Promise<void> => {
    await onAdd(id);
    onClose();
  };
  return (
    <FormDialog
      title="Add a member"
      action="Add"
      inputs={[
        {
          name: 'id',
          label: 'User',
          hint: 'The id. Who is in another team leaves it',
          isRequired: true,
          suggestions: suggestionsOf(data?.data),
        },
      ]}
      onSubmit={add}
      onClose={onClose}
    />
  );
}
