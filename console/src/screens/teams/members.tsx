import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { type User, usersList, usersUpdate } from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Pager } from '../../ui/pager.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ResourceLink } from '../../ui/resource-link.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Usd } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { suggestionsOf } from './team-inputs.ts';

const ROWS = 50;
const OFFERED_MAX = 1_000;
const PAGE = 'members_after';

/** Who is in a team. Somebody who is taken out can be put back. */
export function Members({ teamId }: { readonly teamId: string }) {
  const [search] = useSearchState();
  const [isAdding, setAdding] = useState(false);
  const [refused, setRefused] = useState<unknown>(null);
  const mayWrite = useMay('operator');
  const queries = useQueryClient();
  const after = search[PAGE];
  const query = { team_id: teamId, limit: ROWS, ...(after === undefined ? {} : { after }) };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['users', query],
    queryFn: ({ signal }) => ask(usersList({ query, signal })),
  });
  const put = async (id: string, team: string | null): Promise<void> => {
    await ask(usersUpdate({ path: { id }, body: { team_id: team } }));
    await queries.invalidateQueries({ queryKey: ['users'] });
  };
  const takeOut = async (id: string): Promise<void> => {
    setRefused(null);
    await put(id, null).catch(setRefused);
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
          <Button onClick={() => void takeOut(id ?? '')} aria-label={`Take ${name} out of the team`}>
            Take out
          </Button>
        ),
    },
  ];
  return (
    <Panel title="Members" actions={mayWrite && <Button onClick={() => setAdding(true)}>Add a member</Button>}>
      {(error ?? refused) !== null && <Problem error={error ?? refused} onRetry={() => void refetch()} />}
      {isPending && error === null && <Loading />}
      {data !== undefined && (
        <>
          <Table
            caption="Members"
            columns={columns}
            rows={data.data}
            idOf={({ id }) => id ?? ''}
            empty="Nobody is in this team yet."
          />
          <Pager lastId={data.last_id} hasMore={data.has_more} name={PAGE} />
        </>
      )}
      {isAdding && <NewMember onAdd={(id) => put(id, teamId)} onClose={() => setAdding(false)} />}
    </Panel>
  );
}

interface NewMemberProps {
  readonly onAdd: (id: string) => Promise<void>;
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
