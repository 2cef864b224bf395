import { type FormEvent, useEffect, useRef, useState } from 'react';
import { type Session, signIn } from '../api/session.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Problem } from '../ui/states.tsx';

/** A link's code stands behind the `#`, which no browser sends to a server. */
function takeCode(): string {
  const [, code = ''] = /^#sign-in=(.+)$/.exec(location.hash) ?? [];
  if (code !== '') history.replaceState(null, '', location.pathname + location.search);
  return code;
}

export function SignIn({ onSignedIn }: { readonly onSignedIn: (session: Session) => void }) {
  const [token, setToken] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const hasTried = useRef(false);

  const enter = async (by: Parameters<typeof signIn>[0]): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      onSignedIn(await signIn(by));
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  // A code holds once, and React runs an effect twice while it is developed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is for the first look alone.
  useEffect(() => {
    if (hasTried.current) return;
    hasTried.current = true;
    const code = takeCode();
    if (code !== '') void enter({ code });
  }, []);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void enter({ token: token.trim() });
  };
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-4 p-6">
      <h1 className="text-xl font-semibold">AI API gateway</h1>
      <p className="text-soft">
        Sign in with an admin token. It is exchanged for a session, and kept nowhere in the browser.
      </p>
      <form onSubmit={submit} className="flex flex-col gap-3">
        <TextField
          label="Admin token"
          type="password"
          value={token}
          onChange={(event) => setToken(event.target.value)}
          required
        />
        <Button type="submit" look="primary" disabled={isBusy || token.trim() === ''}>
          {isBusy ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
      {error !== null && <Problem error={error} />}
    </main>
  );
}
