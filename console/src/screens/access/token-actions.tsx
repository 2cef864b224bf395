import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import { type AdminToken, adminTokensDelete } from '../../api/gen/index.ts';
import { useSession } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Problem } from '../../ui/states.tsx';

/** What can be done with a token. A session may be ended without a word: its owner signs in again. */
export function TokenActions({ token }: { readonly token: AdminToken }) {
  const [isAsked, setAsked] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const session = useSession();
  const queries = useQueryClient();
  // One's own ends by signing out, which takes the cookie away as well.
  if (token.status !== 'active' || token.id === session.id) return null;
  const revoke = async (): Promise<void> => {
    await ask(adminTokensDelete({ path: { id: token.id ?? '' } }));
    setAsked(false);
    await queries.invalidateQueries();
  };
  if (token.purpose === 'session') {
    return (
      <>
        <Button onClick={() => void revoke().catch(setError)}>End</Button>
        {error !== null && <Problem error={error} />}
      </>
    );
  }
  return (
    <>
      <Button look="danger" onClick={() => setAsked(true)}>
        Revoke
      </Button>
      {isAsked && (
        <Confirm
          title={`Revoke ${token.name}`}
          consequence="It ends at once and for good, and with it the sessions that were opened with it."
          word={token.name ?? 'revoke'}
          action="Revoke"
          onConfirm={revoke}
          onClose={() => setAsked(false)}
        />
      )}
    </>
  );
}
