import { type User, usersList } from '../../api/gen/index.ts';
import { Listed } from '../../ui/listed.tsx';
import { Opens } from '../../ui/opens.tsx';
import { Page } from '../../ui/page.tsx';
import { ResourceLink } from '../../ui/resource-link.tsx';
import type { Column } from '../../ui/table.tsx';
import { usePage } from '../../ui/use-page.ts';
import { balanceColumns } from '../balances/balance-columns.tsx';
import { NewPayer } from '../balances/new-payer.tsx';
import { bulkUsers } from './bulk-users.ts';

const filters = [
  { name: 'search', label: 'Search' },
  { name: 'status', label: 'Status', options: ['active', 'suspended', 'deleted'] },
  { name: 'team_id', label: 'Team' },
];

const inputs = [
  { name: 'name', label: 'Name', isRequired: true },
  { name: 'email', label: 'E-mail', type: 'email' },
  { name: 'multiplier', label: 'Multiplier', hint: "Of the providers' prices; empty: the usual one" },
];

const columns: readonly Column<User>[] = [
  { title: 'Name', cell: ({ id, name }) => <ResourceLink to={`/users/${id}`}>{name ?? id ?? ''}</ResourceLink> },
  { title: 'E-mail', cell: ({ email }) => email, isMinor: true },
  ...balanceColumns,
];

/** Who may use the gateway, and with how much money. */
export default function Users() {
  const question = usePage(['users'], (asked) => usersList(asked));
  return (
    <Page
      title="Users"
      lead="Each has keys, a prepaid balance and limits."
      actions={
        <Opens label="New user" look="primary" roles={['operator']}>
          {(onClose) => <NewPayer collection="users" title="New user" {...{ inputs, onClose }} />}
        </Opens>
      }
    >
      <Listed
        caption="Users"
        empty="Make a user, give it credit and a key, and it can ask."
        {...{ question, filters, columns }}
        bulk={bulkUsers}
      />
    </Page>
  );
}
