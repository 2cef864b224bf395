import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { type AdminTokenInput, adminTokensCreate } from '../../api/gen/index.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { lifetimes, timeAfter } from './lifetimes.ts';

export const adminRoles = ['owner', 'operator', 'billing', 'auditor'];

/** Makes a token for a program, and shows it once. */
export function NewToken({ onClose }: { readonly onClose: () => void }) {
  const [secret, setSecret] = useState('');
  const queries = useQueryClient();
  const create = async ({ name = '', role, holds = '' }: Readonly<Record<string, string>>): Promise<void> => {
    const expires_at = timeAfter(holds, Date.now());
    const body = { name, role, ...(expires_at === undefined ? {} : { expires_at }) } as AdminTokenInput;
    const token = await ask(adminTokensCreate({ body }));
    await queries.invalidateQueries({ queryKey: ['admin-tokens'] });
    setSecret(token.token ?? '');
  };
  if (secret !== '') return <SecretOnce title="The new token" secret={secret} onClose={onClose} />;
  return (
    <FormDialog
      title="New token"
      action="Create"
      initial={{ holds: '90 days' }}
      inputs={[
        { name: 'name', label: 'Name', hint: 'The person or program that has it', isRequired: true },
        { name: 'role', label: 'Role', options: adminRoles, isRequired: true },
        { name: 'holds', label: 'Holds for', options: lifetimes.tokens, none: 'until it is revoked' },
      ]}
      onSubmit={create}
      onClose={onClose}
    />
  );
}
