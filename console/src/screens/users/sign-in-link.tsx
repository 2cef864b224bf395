import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { usersSignInLink } from '../../api/gen/index.ts';
import { FormDialog, type Values } from '../../ui/form-dialog.tsx';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { lifetimes, minutesOf } from '../access/lifetimes.ts';

interface SignInLinkProps {
  readonly userId: string;
  readonly name: string;
  readonly onClose: () => void;
}

/** Makes a link by which a user signs in, once, and sees what is their own. The code stands behind the `#`, which no browser sends. */
export function SignInLink({ userId, name, onClose }: SignInLinkProps) {
  const [link, setLink] = useState('');
  const create = async ({ holds = '' }: Values): Promise<void> => {
    const made = await ask(usersSignInLink({ path: { id: userId }, body: { valid_minutes: minutesOf(holds) } }));
    setLink(`${location.origin}${made.path ?? ''}`);
  };
  if (link !== '') return <SecretOnce title={`The sign-in link of ${name}`} secret={link} onClose={onClose} />;
  return (
    <FormDialog
      title={`Sign-in link for ${name}`}
      action="Make the link"
      initial={{ holds: '1 hour' }}
      inputs={[{ name: 'holds', label: 'Holds for', options: lifetimes.links, isRequired: true }]}
      onSubmit={create}
      onClose={onClose}
    >
      <p className="text-soft">
        Whoever opens it first is signed in as this user: they see the balance, limits, requests and keys, and can
        change the keys. It works once.
      </p>
    </FormDialog>
  );
}
