import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import {
  balanceChangeUsers,
  balanceLedgerUsers,
  type LedgerLine,
  type User,
  usersGet,
  usersResume,
  usersSuspend,
} from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Facts } from '../../ui/facts.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Moment, Usd } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { KeyTable } from '../keys/key-table.tsx';
import { NewKey } from '../keys/new-key.tsx';

type Asked = 'money' | 'key' | null;

/** One user: its money, its keys, and what moved the money. */
export default function UserScreen() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const { data, error, refetch } = useQuery({
    queryKey: ['users', id],
    queryFn: ({ signal }) => ask(usersGet({ path: { id }, signal })),
  });
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Loading />;
  return <Shown user={data} />;
}

function Shown({ user }: { readonly user: User }) {
  const id = user.id ?? '';
  const [asked, setAsked] = useState<Asked>(null);
  const mayWrite = useMay('operator');
  const mayPay = useMay('operator', 'billing');
  const queries = useQueryClient();
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: ['users'] });
  const isActive = user.status === 'active';
  const turn = async (): Promise<void> => {
    await ask(isActive ? usersSuspend({ path: { id } }) : usersResume({ path: { id } }));
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
          {mayWrite && <Button onClick={() => void turn()}>{isActive ? 'Suspend' : 'Resume'}</Button>}
        </>
      }
    >
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
            ['Available', <Usd key="available" amount={user.balance?.available_usd} />],
            ['Held', <Usd key="held" amount={user.balance?.held_usd} />],
            ['Charged', <Usd key="charged" amount={user.balance?.charged_usd} />],
            ['Credited', <Usd key="credited" amount={user.balance?.credited_usd} />],
            ['Multiplier', user.multiplier],
            ['Created', <Moment key="created" at={user.created_at} />],
          ]}
        />
        <p className="mt-3 flex gap-4">
          <Link to="/requests" search={{ user_id: id } as never} className="text-accent hover:underline">
            Requests
          </Link>
          <Link to="/usage" search={{ user_id: id } as never} className="text-accent hover:underline">
            Usage
          </Link>
        </p>
      </Panel>
      <Panel title="Keys">
        <KeyTable keys={user.keys ?? []} />
      </Panel>
      <Ledger id={id} />
      {asked === 'money' && <TopUp id={id} onClose={() => setAsked(null)} />}
      {asked === 'key' && <NewKey userId={id} onClose={() => setAsked(null)} />}
    </Page>
  );
}

const lines: readonly Column<LedgerLine>[] = [
  { title: 'Time', cell: ({ at }) => <Moment at={at} /> },
  { title: 'What', cell: ({ type }) => type },
  { title: 'Reason', cell: ({ reason, request_id }) => reason ?? request_id, isMinor: true },
  { title: 'Amount', cell: ({ amount_usd }) => <Usd amount={amount_usd} />, isNumber: true },
];

function Ledger({ id }: { readonly id: string }) {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['users', id, 'ledger'],
    queryFn: ({ signal }) => ask(balanceLedgerUsers({ path: { id }, signal })),
  });
  return (
    <Panel title="Ledger">
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {isPending && error === null && <Loading />}
      {data !== undefined && (
        <Table
          caption="Ledger"
          columns={lines}
          rows={data.data}
          idOf={({ position }) => String(position)}
          empty="No money has moved yet."
        />
      )}
    </Panel>
  );
}

function TopUp({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const queries = useQueryClient();
  // One key for as long as the dialog is open: sent twice, it adds once.
  const [repeatKey] = useState(() => crypto.randomUUID());
  const pay = async ({ amount_usd = '', reason = '' }: Readonly<Record<string, string>>): Promise<void> => {
    const body = { amount_usd, ...(reason === '' ? {} : { reason }) };
    await ask(balanceChangeUsers({ path: { id }, body, headers: { 'Idempotency-Key': repeatKey } }));
    await queries.invalidateQueries({ queryKey: ['users'] });
    onClose();
  };
  return (
    <FormDialog
      title="Top up"
      action="Add to the balance"
      inputs={[
        { name: 'amount_usd', label: 'Amount in USD', hint: 'Negative: it is taken away', isRequired: true },
        { name: 'reason', label: 'Reason', hint: 'An invoice, a name: it stands in the ledger' },
      ]}
      onSubmit={pay}
      onClose={onClose}
    />
  );
}
