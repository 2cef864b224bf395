import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { type User, usersGet, usersResume, usersSuspend } from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Asked } from '../../ui/asked.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Links } from '../../ui/links.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ResourceLink } from '../../ui/resource-link.tsx';
import { Moment } from '../../ui/shown.tsx';
import { Problem } from '../../ui/states.tsx';
import { textOf } from '../../ui/text-lists.ts';
import { balanceFacts } from '../balances/balance-facts.tsx';
import { Ledger } from '../balances/ledger.tsx';
import { TopUp } from '../balances/top-up.tsx';
import { KeyTable } from '../keys/key-table.tsx';
import { NewKey } from '../keys/new-key.tsx';
import { EditUser } from './edit-user.tsx';
import { offerUserUndo } from './offer-user-undo.ts';
import { SignInLink } from './sign-in-link.tsx';

type Opened = 'money' | 'key' | 'edit' | 'link' | null;

/** One user: its money, its keys, and what moved the money. */
export default function UserScreen() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const question = useQuery({
    queryKey: ['users', id],
    queryFn: ({ signal }) => ask(usersGet({ path: { id }, signal })),
  });
  return <Asked question={question}>{(user) => <Shown user={user} />}</Asked>;
}

function Shown({ user }: { readonly user: User }) {
  const id = user.id ?? '';
  const [asked, setAsked] = useState<Opened>(null);
  const [error, setError] = useState<unknown>(null);
  const mayWrite = useMay('operator');
  const mayPay = useMay('operator', 'billing');
  const queries = useQueryClient();
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: ['users'] });
  const isActive = user.status === 'active';
  const turn = async (): Promise<void> => {
    const after = await ask(isActive ? usersSuspend({ path: { id } }) : usersResume({ path: { id } }));
    offerUserUndo(`${user.name ?? id} is ${after.status}`, user, after, ['status']);
    await again();
  };
  return (
    <Page
      title={user.name ?? id}
      lead={user.email}
      actions={
        <>
          {mayPay && (
            <Button look="primary" onClick={() => setAsked('money')}>
              Top up
            </Button>
          )}
          {mayWrite && <Button onClick={() => setAsked('key')}>New key</Button>}
          {mayWrite && <Button onClick={() => setAsked('edit')}>Edit</Button>}
          {mayWrite && isActive && <Button onClick={() => setAsked('link')}>Sign-in link</Button>}
          {mayWrite && <Button onClick={() => void turn().catch(setError)}>{isActive ? 'Suspend' : 'Resume'}</Button>}
        </>
      }
    >
      {error !== null && <Problem error={error} />}
      <Panel className="p-4">
        <Facts
          facts={[
            ['Id', <code key="id">{id}</code>],
            [
              'Status',
              <Badge key="status" tone={isActive ? 'good' : 'bad'}>
                {user.status}
              </Badge>,
            ],
            ['Team', user.team_id && <ResourceLink to={`/teams/${user.team_id}`}>{user.team_id}</ResourceLink>],
            ...balanceFacts(user.balance),
            ['Multiplier', user.multiplier],
            ['Requests a minute', user.requests_per_minute || null],
            ['Strategy', user.strategy],
            ['Tags', textOf(user.tags)],
            ['Created', <Moment key="created" at={user.created_at} />],
          ]}
        />
        <Links
          links={[
            ['Requests', '/requests', { user_id: id }],
            ['Usage', '/usage', { user_id: id }],
            ['Limits', '/limits', { subject_kind: 'user', subject_id: id }],
          ]}
        />
      </Panel>
      <Panel title="Keys">
        <KeyTable keys={user.keys ?? []} />
      </Panel>
      <Ledger collection="users" id={id} />
      {asked === 'money' && <TopUp collection="users" id={id} onClose={() => setAsked(null)} />}
      {asked === 'edit' && <EditUser user={user} onClose={() => setAsked(null)} />}
      {asked === 'link' && <SignInLink userId={id} name={user.name ?? id} onClose={() => setAsked(null)} />}
      {asked === 'key' && <NewKey userId={id} onClose={() => setAsked(null)} />}
    </Page>
  );
}
