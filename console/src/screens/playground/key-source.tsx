import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { apiKeysCreate, usersList } from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Moment } from '../../ui/shown.tsx';
import { Problem } from '../../ui/states.tsx';

/** Long enough to try something out; a key that is forgotten ends by itself. */
const KEY_LIFE_MS = 3_600_000;

/** Users to choose from; others paste a key. */
const USERS_SHOWN = 200;

/** A key that is pasted, or made for an hour. It is in this page's memory alone: in no storage, and in no URL. */
export function KeySource({ apiKey, onKey }: { readonly apiKey: string; readonly onKey: (key: string) => void }) {
  const mayMake = useMay('operator');
  return (
    <fieldset className="flex flex-wrap items-start gap-3">
      <legend className="sr-only">The API key</legend>
      <TextField
        label="API key"
        type="password"
        className="min-w-64 flex-1"
        hint="It stays in this page, and is gone when you leave it."
        required
        value={apiKey}
        onChange={(event) => onKey(event.target.value)}
      />
      {mayMake && <MadeKey onKey={onKey} />}
    </fieldset>
  );
}

function MadeKey({ onKey }: { readonly onKey: (key: string) => void }) {
  const users = useQuery({
    queryKey: ['users', 'playground'],
    queryFn: ({ signal }) => ask(usersList({ query: { limit: USERS_SHOWN }, signal })),
  });
  const [userId, setUserId] = useState('');
  const [endsAt, setEndsAt] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const make = async (): Promise<void> => {
    setError(null);
    try {
      const expires_at = new Date(Date.now() + KEY_LIFE_MS).toISOString();
      const key = await ask(apiKeysCreate({ body: { user_id: userId, name: 'Playground', expires_at } }));
      onKey(key.api_key ?? '');
      setEndsAt(expires_at);
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-end gap-2">
        <SelectField
          label="Or one for an hour, of"
          className="w-48"
          value={userId}
          onChange={(event) => setUserId(event.target.value)}
        >
          <option value="">a user…</option>
          {users.data?.data.map(({ id, name }) => (
            <option key={id} value={id ?? ''}>
              {name || id}
            </option>
          ))}
        </SelectField>
        <Button disabled={userId === ''} onClick={() => void make()}>
          Make a key
        </Button>
      </div>
      <p role="status" className="text-xs text-soft">
        {endsAt !== null && (
          <>
            Made. It ends at <Moment at={endsAt} />.
          </>
        )}
      </p>
      {(error ?? users.error) !== null && <Problem error={error ?? users.error} />}
    </div>
  );
}
