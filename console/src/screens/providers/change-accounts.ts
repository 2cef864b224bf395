import { useQueryClient } from '@tanstack/react-query';
import { ask, type Versioned } from '../../api/client.ts';
import { type Provider, type ProviderAccountInput, type ProviderChange, providersUpdate } from '../../api/gen/index.ts';
import { writable } from '../../ui/writable.ts';
import { providerKind } from './provider-kind.ts';

type Accounts = readonly ProviderAccountInput[];

/** Changes a provider as it was read, and is refused where somebody else changed it meanwhile. */
export function useChangeProvider({
  value: { id },
  etag,
}: Versioned<Provider>): (body: ProviderChange) => Promise<void> {
  const queries = useQueryClient();
  return async (body) => {
    await ask(providersUpdate({ path: { id: id ?? '' }, body, headers: { 'If-Match': etag } }));
    await Promise.all(providerKind.reads.map((read) => queries.invalidateQueries({ queryKey: [read] })));
  };
}

/** A provider's accounts as they can be given back: keys that are sealed stay with the account of that name. */
export function accountsOf({ accounts = [] }: Provider): Accounts {
  return (writable({ accounts })['accounts'] ?? []) as Accounts;
}

/** The accounts with one of them changed, or with a new one at the end. */
export function withAccount(accounts: Accounts, account: ProviderAccountInput): Accounts {
  const isThere = accounts.some(({ id }) => id === account.id);
  return isThere ? accounts.map((each) => (each.id === account.id ? account : each)) : [...accounts, account];
}
