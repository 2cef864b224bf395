import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { apiKeysCreate } from '../../api/gen/index.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';

/** Makes a key for a user, and shows it once. `userId`: whose; empty: it is asked for. */
export function NewKey({ userId, onClose }: { readonly userId: string; readonly onClose: () => void }) {
  const [secret, setSecret] = useState('');
  const queries = useQueryClient();
  const create = async (values: Readonly<Record<string, string>>): Promise<void> => {
    const { name = '', user_id = userId } = values;
    const key = await ask(apiKeysCreate({ body: { user_id, ...(name === '' ? {} : { name }) } }));
    await queries.invalidateQueries();
    setSecret(key.api_key ?? '');
  };
  if (secret !== '') return <SecretOnce title="The new key" secret={secret} onClose={onClose} />;
  const whose = { name: 'user_id', label: "The user's id", isRequired: true };
  return (
    <FormDialog
      title="New key"
      action="Create"
      inputs={[...(userId === '' ? [whose] : []), { name: 'name', label: 'Name', hint: 'What it is for' }]}
      onSubmit={create}
      onClose={onClose}
    />
  );
}
