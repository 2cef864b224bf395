import { useState } from 'react';
import type { Versioned } from '../../api/client.ts';
import type { Provider, ProviderAccount, ProviderAccountInput } from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { count } from '../../ui/format.ts';
import { Opens } from '../../ui/opens.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { AccountForm } from './account-form.tsx';
import { accountsOf, useChangeProvider, withAccount } from './change-accounts.ts';

const columns: readonly Column<ProviderAccount>[] = [
  { title: 'Account', cell: ({ id }) => <span className="break-words">{id}</span> },
  {
    title: 'Status',
    cell: ({ status }) => (
      <Badge tone={status === 'disabled' ? 'warn' : 'good'}>{status === 'disabled' ? 'paused' : 'active'}</Badge>
    ),
  },
  { title: 'Key', cell: ({ api_key_ref }) => <Key reference={api_key_ref} />, isMinor: true },
  { title: 'Weight', cell: ({ weight }) => weight || 1, isNumber: true, isMinor: true },
  {
    title: 'Requests a minute',
    cell: ({ requests_per_minute }) => <Bound of={requests_per_minute} />,
    isNumber: true,
    isMinor: true,
  },
  {
    title: 'Tokens a minute',
    cell: ({ tokens_per_minute }) => <Bound of={tokens_per_minute} />,
    isNumber: true,
    isMinor: true,
  },
  { title: 'At a time', cell: ({ concurrency_max }) => <Bound of={concurrency_max} />, isNumber: true, isMinor: true },
];

/** The keys of a provider, each with a share and limits of its own. */
export function Accounts({ provider }: { readonly provider: Versioned<Provider> }) {
  const change = useChangeProvider(provider);
  const mayWrite = useMay('operator');
  const accounts = accountsOf(provider.value);
  const set = (next: readonly ProviderAccountInput[]): Promise<void> => change({ accounts: [...next] });
  const actions: Column<ProviderAccount> = {
    title: 'Actions',
    cell: (account) => <AccountActions key={account.id} {...{ account, accounts, set }} />,
  };
  return (
    <Panel
      title="Accounts"
      actions={
        <Opens label="Add an account" roles={['operator']}>
          {(close) => (
            <AccountForm
              account={undefined}
              onSave={async (account) => {
                await set([...accounts, account]);
                close();
              }}
              onClose={close}
            />
          )}
        </Opens>
      }
    >
      <Table
        caption="Accounts"
        columns={mayWrite ? [...columns, actions] : columns}
        rows={provider.value.accounts ?? []}
        idOf={({ id }) => id ?? ''}
        empty="It is called with its own key. With accounts, requests are spread over several."
      />
    </Panel>
  );
}

interface AccountActionsProps {
  readonly account: ProviderAccount;
  readonly accounts: readonly ProviderAccountInput[];
  readonly set: (accounts: readonly ProviderAccountInput[]) => Promise<void>;
}

function AccountActions({ account, accounts, set }: AccountActionsProps) {
  const id = account.id ?? '';
  const [open, setOpen] = useState<'form' | 'remove' | null>(null);
  const [error, setError] = useState<unknown>(null);
  const as = accounts.find((each) => each.id === id);
  if (as === undefined) return null;
  const isPaused = account.status === 'disabled';
  const close = (): void => setOpen(null);
  const save = async (next: readonly ProviderAccountInput[]): Promise<void> => {
    await set(next);
    close();
  };
  const turn = async (): Promise<void> => {
    setError(null);
    await set(withAccount(accounts, { ...as, status: isPaused ? 'active' : 'disabled' })).catch(setError);
  };
  return (
    <div className="flex flex-col gap-1">
      <span className="flex flex-wrap gap-1">
        <Button aria-label={`Change ${id}`} onClick={() => setOpen('form')}>
          Change
        </Button>
        <Button aria-label={`${isPaused ? 'Resume' : 'Pause'} ${id}`} onClick={() => void turn()}>
          {isPaused ? 'Resume' : 'Pause'}
        </Button>
        <Button look="danger" aria-label={`Remove ${id}`} onClick={() => setOpen('remove')}>
          Remove
        </Button>
      </span>
      {error !== null && <Problem error={error} />}
      {open === 'form' && (
        <AccountForm account={as} onSave={(next) => save(withAccount(accounts, next))} onClose={close} />
      )}
      {open === 'remove' && (
        <Confirm
          title={`Remove the account ${id}?`}
          consequence="No request is sent with it any more. A key that is kept sealed is forgotten."
          word={id}
          action="Remove"
          onConfirm={() => save(accounts.filter((each) => each.id !== id))}
          onClose={close}
        />
      )}
    </div>
  );
}

function Key({ reference }: { readonly reference: string | null | undefined }) {
  if (reference) return <code className="text-xs break-all">{reference}</code>;
  return <span className="text-soft">sealed, or the provider’s</span>;
}

function Bound({ of }: { readonly of: number | undefined }) {
  if (!of) return <span className="text-soft">–</span>;
  return count(of);
}
