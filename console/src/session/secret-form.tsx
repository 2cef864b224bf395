import { type FormEvent, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Panel } from '../ui/panel.tsx';

interface SecretFormProps {
  readonly title: string;
  /** What one comes to with it. */
  readonly lead: string;
  readonly label: string;
  readonly action: string;
  readonly isBusy: boolean;
  readonly onEnter: (secret: string) => void;
}

/** One way in, by a secret. */
export function SecretForm({ title, lead, label, action, isBusy, onEnter }: SecretFormProps) {
  const [secret, setSecret] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onEnter(secret.trim());
  };
  return (
    <Panel title={title}>
      <form onSubmit={submit} className="flex flex-col gap-3 p-4">
        <p className="text-soft">{lead}</p>
        <TextField
          label={label}
          type="password"
          value={secret}
          onChange={(event) => setSecret(event.target.value)}
          required
        />
        <Button type="submit" look="primary" disabled={isBusy || secret.trim() === ''}>
          {isBusy ? 'One moment…' : action}
        </Button>
      </form>
    </Panel>
  );
}
