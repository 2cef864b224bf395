import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { readSignInWays, type Session, signIn } from '../api/session.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Problem } from '../ui/states.tsx';

/** A link's code stands behind the `#`, which no browser sends to a server. */
function takeCode(): string {
  const [, code = ''] = /^#sign-in=(.+)$/.exec(location.hash) ?? [];
  if (code !== '') history.replaceState(null, '', location.pathname + location.search);
  return code;
}

/** Why the identity provider's sign-in came to nothing, by what stands behind the `#`. */
const problems: Readonly<Record<string, string>> = {
  off: 'Signing in with an identity provider is not set up here.',
  away: 'The identity provider cannot be used just now. Try again; what is wrong stands in the log of the gateway.',
  refused: 'The identity provider did not sign you in, or what it said does not hold. Try again.',
  expired: 'This sign-in took too long, or was begun elsewhere. Try again.',
  no_role: 'You are known, but none of your groups has a role here. Ask an owner of the gateway for one.',
  wrong_domain: 'Your verified e-mail address belongs to no domain that may sign in here.',
};

function takeProblem(): string {
  const [, problem = ''] = /^#sign-in-problem=(\w+)$/.exec(location.hash) ?? [];
  if (problem !== '') history.replaceState(null, '', location.pathname + location.search);
  return problems[problem] ?? '';
}

export function SignIn({ onSignedIn }: { readonly onSignedIn: (session: Session) => void }) {
  const [token, setToken] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [problem, setProblem] = useState('');
  const { data: ways } = useQuery({ queryKey: ['sign-in-ways'], queryFn: readSignInWays });
  const [isBusy, setBusy] = useState(false);
  const hasTried = useRef(false);

  const enter = async (by: Parameters<typeof signIn>[0]): Promise<void> => {
    setBusy(true);
    setError(null);
    setProblem('');
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
    setProblem(takeProblem());
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
      {ways?.oidc && (
        <>
          {/* Not a link of the router's: it leaves the console. */}
          <a
            href="/console/oidc/start"
            className="inline-flex min-h-9 items-center justify-center rounded-md bg-accent px-3 font-medium text-on-accent hover:opacity-90"
          >
            Sign in with {ways.oidc.name}
          </a>
          <hr className="border-line" />
        </>
      )}
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
      {problem !== '' && <Problem error={problem} />}
      {error !== null && <Problem error={error} />}
    </main>
  );
}
