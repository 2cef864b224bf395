import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { type User, type UserInput, type UsersListData, usersCreate, usersList } from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Page } from '../../ui/page.tsx';
import { Pager } from '../../ui/pager.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Moment, Usd } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';

const ROWS = 50;

const columns: readonly Column<User>[] = [
  {
    title: 'Name',
    cell: ({ id, name }) => (
      <Link to={`/users/${id}`} className="text-accent hover:underline">
        {name}
      </Link>
    ),
  },
  { title: 'E-mail', cell: ({ email }) => email, isMinor: true },
  { title: 'Status', cell: ({ status }) => <Badge tone={status === 'active' ? 'good' : 'bad'}>{status}</Badge> },
  { title: 'Created', cell: ({ created_at }) => <Moment at={created_at} />, isMinor: true },
  { title: 'Held', cell: ({ balance }) => <Usd amount={balance?.held_usd} />, isNumber: true, isMinor: true },
  { title: 'Available', cell: ({ balance }) => <Usd amount={balance?.available_usd} />, isNumber: true },
];

/** Who may use the gateway, and with how much money. */
export default function Users() {
  const [search] = useSearchState();
  const [isCreating, setCreating] = useState(false);
  const mayWrite = useMay('operator');
  const query = { ...search, limit: ROWS } as NonNullable<UsersListData['query']>;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['users', query],
    queryFn: ({ signal }) => ask(usersList({ query, signal })),
  });
  return (
    <Page
      title="Users"
      lead="Each has keys, a prepaid balance and limits."
      actions={
        mayWrite && (
          <Button look="primary" onClick={() => setCreating(true)}>
            New user
          </Button>
        )
      }
    >
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      <Panel>
        {isPending && error === null && <Loading />}
        {data !== undefined && (
          <>
            <Table
              caption="Users"
              columns={columns}
              rows={data.data}
              idOf={({ id }) => id ?? ''}
              empty="Make a user, give it credit and a key, and it can ask."
            />
            <Pager lastId={data.last_id} hasMore={data.has_more} />
          </>
        )}
      </Panel>
      {isCreating && <NewUser onClose={() => setCreating(false)} />}
    </Page>
  );
}

function NewUser({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const create = async (values: Readonly<Record<string, string>>): Promise<void> => {
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
    const user = await ask(usersCreate({ body: given as unknown as UserInput }));
    await queries.invalidateQueries({ queryKey: ['users'] });
    await navigate({ to: `/users/${user.id}` });
  };
  return (
    <FormDialog
      title="New user"
      action="Create"
      inputs={[
        { name: 'name', label: 'Name', isRequired: true },
        { name: 'email', label: 'E-mail', type: 'email' },
        { name: 'multiplier', label: 'Multiplier', hint: "Of the providers' prices; empty: the usual one" },
      ]}
      onSubmit={create}
      onClose={onClose}
    />
  );
}
