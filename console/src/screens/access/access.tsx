import { useMemo } from 'react';
import { type AdminToken, adminTokensList } from '../../api/gen/index.ts';
import { useSession } from '../../session/session.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Listed } from '../../ui/listed.tsx';
import { Opens } from '../../ui/opens.tsx';
import { Page } from '../../ui/page.tsx';
import { Moment } from '../../ui/shown.tsx';
import type { Column } from '../../ui/table.tsx';
import { usePage } from '../../ui/use-page.ts';
import { bulkTokens } from './bulk-tokens.ts';
import { EndSessions } from './end-sessions.tsx';
import { adminRoles, NewToken } from './new-token.tsx';
import { SignInLink } from './sign-in-link.tsx';
import { TokenActions } from './token-actions.tsx';

const filters = [
  { name: 'search', label: 'Search' },
  { name: 'purpose', label: 'Purpose', options: ['sign_in', 'session'] },
  { name: 'role', label: 'Role', options: adminRoles },
  { name: 'status', label: 'Status', options: ['active', 'expired', 'revoked'] },
];

const purposes = { sign_in: 'sign-in link', session: 'session' } as const;

const columns: readonly Column<AdminToken>[] = [
  { title: 'Name', cell: (token) => <Name token={token} />, sort: 'name' },
  { title: 'What', cell: ({ purpose }) => (purpose ? purposes[purpose] : 'token') },
  { title: 'Role', cell: ({ role }) => role },
  { title: 'Status', cell: ({ status }) => <Badge tone={status === 'active' ? 'good' : 'plain'}>{status}</Badge> },
  {
    title: 'Opened by',
    cell: ({ opened_by }) => <span className="text-xs break-all">{opened_by}</span>,
    isMinor: true,
  },
  { title: 'Created', cell: ({ created_at }) => <Moment at={created_at} />, sort: 'created_at', isMinor: true },
  { title: 'Ends', cell: ({ expires_at }) => <Moment at={expires_at} />, sort: 'expires_at', isMinor: true },
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
  const { id: ownId } = useSession();
  const bulk = useMemo(() => bulkTokens(ownId), [ownId]);
  const question = usePage(['admin-tokens'], (asked) => adminTokensList(asked), { usual: { sort: '-created_at' } });
  return (
    <Page
      title="Admin access"
      lead="Tokens of programs, links to sign in by, and sessions of this console."
      actions={
        <>
          <Opens label="Sign-in link" look="primary" roles={['owner']}>
            {(close) => <SignInLink onClose={close} />}
          </Opens>
          <Opens label="New token" roles={['owner']}>
            {(close) => <NewToken onClose={close} />}
          </Opens>
          <Opens label="End all sessions" look="danger" roles={['owner']}>
            {(close) => <EndSessions onClose={close} />}
          </Opens>
        </>
      }
    >
      <Listed caption="Tokens and sessions" empty="No token fits." {...{ question, filters, columns, bulk }} />
    </Page>
  );
}
