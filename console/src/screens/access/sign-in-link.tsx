import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { type AdminTokenInput, adminTokensCreate } from '../../api/gen/index.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { lifetimes, timeAfter } from './lifetimes.ts';
import { adminRoles } from './new-token.tsx';

/** Makes a link by which a colleague signs in, once. The code stands behind the `#`, which no browser sends to a server. */
export function SignInLink({ onClose }: { readonly onClose: () => void }) {
  const [link, setLink] = useState('');
  const queries = useQueryClient();
  const create = async ({ name = '', role, holds = '' }: Readonly<Record<string, string>>): Promise<void> => {
    const body = { name, role, purpose: 'sign_in', expires_at: timeAfter(holds, Date.now()) } as AdminTokenInput;
    const code = await ask(adminTokensCreate({ body }));
    await queries.invalidateQueries({ queryKey: ['admin-tokens'] });
    setLink(`${location.origin}/console/#sign-in=${code.token ?? ''}`);
  };
  if (link !== '') return <SecretOnce title="The sign-in link" secret={link} onClose={onClose} />;
  return (
    <FormDialog
      title="Sign-in link"
      action="Make the link"
      initial={{ holds: '1 hour' }}
      inputs={[
        { name: 'name', label: 'Name', hint: 'For whom it is', isRequired: true },
        { name: 'role', label: 'Role', options: adminRoles, isRequired: true },
        { name: 'holds', label: 'Holds for', options: lifetimes.links, isRequired: true },
      ]}
      onSubmit={create}
      onClose={onClose}
    >
      <p className="text-soft">Whoever opens it first is signed in with this role. It works once.</p>
    </FormDialog>
  );
}
