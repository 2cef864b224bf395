import { askVersioned } from '../../api/client.ts';
import { type AdminToken, adminTokensDelete, adminTokensGet } from '../../api/gen/index.ts';
import { asPreviewed } from '../../ui/bulk/as-previewed.ts';
import type { BulkAction, Planned } from '../../ui/bulk/bulk-action.ts';

const pathOf = ({ id }: AdminToken) => ({ id: id ?? '' });

/** What can be done with several tokens. `ownId`: of the viewer's session, which ends by signing out. */
export function bulkTokens(ownId: string): readonly BulkAction<AdminToken>[] {
  const plan = ({ id, status }: AdminToken): Planned => {
    if (id === ownId) return { leftOut: 'it is your own session' };
    return status === 'active' ? { before: 'active', after: 'revoked' } : { leftOut: `it is ${status}` };
  };
  return [
    {
      name: 'Revoke',
      roles: [],
      isFinal: true,
      labelOf: ({ name, purpose, role, id }) => `${name ?? id} (${purpose ?? 'token'}, ${role})`,
      plan,
      run: asPreviewed({
        plan,
        read: (token) => askVersioned(adminTokensGet({ path: pathOf(token) })),
        change: (token, _, headers) => adminTokensDelete({ path: pathOf(token), headers }),
      }),
    },
  ];
}
