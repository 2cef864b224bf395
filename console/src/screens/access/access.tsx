import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { type AdminToken, type AdminTokensListData, adminTokensList } from '../../api/gen/index.ts';
import { useSession } from '../../session/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Filters } from '../../ui/filters.tsx';
import { Page } from '../../ui/page.tsx';
import { Pager } from '../../ui/pager.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Moment } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { EndSessions } from './end-sessions.tsx';
import { adminRoles, NewToken } from './new-token.tsx';
import { SignInLink } from './sign-in-link.tsx';
import { TokenActions } from './token-actions.tsx';

const ROWS = 50;

const filters = [
  { name: 'purpose', label: 'Purpose', options: ['sign_in', 'session'] },
  { name: 'role', label: 'Role', options: adminRoles },
  { name: 'status', label: 'Status', options: ['active', 'expired', 'revoked'] },
];

const purposes = { sign_in: 'sign-in link', session: 'session' } as const;

const columns: readonly Column<AdminToken>[] = [
  { title: 'Name', cell: (token) => <Name token={token} /> },
  { title: 'What', cell: ({ purpose }) => (purpose ? purposes[purpose] : 'token') },
  { title: 'Role', cell: ({ role }) => role },
  { title: 'Status', cell: ({ status }) => <Badge tone={status === 'active' ? 'good' : 'plain'}>{status}</Badge> },
  {
    title: 'Opened by',
    cell: ({ opened_by }) => <span className="text-xs break-all">{opened_by}</span>,
    isMinor: true,
  },
  { title: 'Created', cell: ({ created_at }) => <Moment at={created_at} />, isMinor: true },
  { title: 'Ends', cell: ({ expires_at }) => <Moment at={expires_at} />, isMinor: true },
  { title: 'Actions', cell: (token) => <TokenActions token={token} /> },
];

function Name({ token }: { readonly token: AdminToken }) {
  const session = useSession();
  return (
    <>
      {token.name} {token.id === session.id && <Badge tone="good">you</Badge>}
      <code className="block text-xs break-all text-soft">{token.prefix ?? token.id}</code>
    </>
  );
}

/** Who may administer: tokens of programs, links to sign in by, and sessions of the console. */
export default function Access() {
  const [search] = useSearchState();
  const [asked, setAsked] = useState<'token' | 'link' | 'end' | null>(null);
  const query = { sort: '-created_at', ...search, limit: ROWS } as NonNullable<AdminTokensListData['query']>;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['admin-tokens', query],
    queryFn: ({ signal }) => ask(adminTokensList({ query, signal })),
  });
  const close = (): void => setAsked(null);
  return (
    <Page
      title="Admin access"
      lead="Tokens of programs, links to sign in by, and sessions of this console."
      actions={
        <>
          <Button look="primary" onClick={() => setAsked('link')}>
            Sign-in link
          </Button>
          <Button onClick={() => setAsked('token')}>New token</Button>
          <Button look="danger" onClick={() => setAsked('end')}>
            End all sessions
          </Button>
        </>
      }
    >
      <Filters filters={filters} />
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      <Panel>
        {isPending && error === null && <Loading />}
        {data !== undefined && (
          <>
            <Table
              caption="Tokens and sessions"
              columns={columns}
              rows={data.data}
              idOf={({ id }) => id ?? ''}
              empty="No token fits."
            />
            <Pager lastId={data.last_id} hasMore={data.has_more} />
          </>
        )}
      </Panel>
      {asked === 'token' && <NewToken onClose={close} />}
      {asked === 'link' && <SignInLink onClose={close} />}
      {asked === 'end' && <EndSessions onClose={close} />}
    </Page>
  );
}
