import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { readSignInWays, type Session, type SignInBy, signIn } from '../api/session.ts';
import { Problem } from '../ui/states.tsx';
import { SecretForm } from './secret-form.tsx';
import { takeProblem } from './sign-in-problems.ts';

/** A link's code stands behind the `#`, which no browser sends to a server. */
function takeCode(): string {
  const [, code = ''] = /^#sign-in=(.+)$/.exec(location.hash) ?? [];
  if (code !== '') history.replaceState(null, '', location.pathname + location.search);
  return code;
}

/** The ways in: with an identity provider, with a key of one's own, with an admin token, and by a link, which is opened. */
export function SignIn({ onSignedIn }: { readonly onSignedIn: (session: Session) => void }) {
  const [error, setError] = useState<unknown>(null);
  const [problem, setProblem] = useState('');
  const { data: ways } = useQuery({ queryKey: ['sign-in-ways'], queryFn: readSignInWays });
  const [isBusy, setBusy] = useState(false);
  const hasTried = useRef(false);

  const enter = async (by: SignInBy): Promise<void> => {
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
  const look = (): void => {
    setProblem(takeProblem());
    const code = takeCode();
    if (code !== '') void enter({ code });
  };
  // A code holds once, and React runs an effect twice while it is developed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is for the first look, and for a link that is pasted over this page.
  useEffect(() => {
    if (!hasTried.current) look();
    hasTried.current = true;
    addEventListener('hashchange', look);
    return () => removeEventListener('hashchange', look);
  }, []);

  return (
    <main className="mx-auto flex min-h-dvh max-w-3xl flex-col justify-center gap-4 p-6">
      <h1 className="text-xl font-semibold">AI API gateway</h1>
      {problem !== '' && <Problem error={problem} />}
      {error !== null && <Problem error={error} />}
      {ways?.oidc && (
        // Not a link of the router's: it leaves the console.
        <a
          href="/console/oidc/start"
          className="inline-flex min-h-9 items-center justify-center rounded-md bg-accent px-3 font-medium text-on-accent hover:opacity-90"
        >
          Sign in with {ways.oidc.name}
        </a>
      )}
      <div className="grid gap-4 md:grid-cols-2">
        <SecretForm
          title="See your own use"
          lead="With an API key of yours: your balance, limits, requests and prices. Nothing of anybody else."
          label="API key"
          action="Show my use"
          isBusy={isBusy}
          onEnter={(api_key) => void enter({ api_key })}
        />
        <SecretForm
          title="Administer the gateway"
          lead="With an admin token, as the role that it was made for."
          label="Admin token"
          action="Sign in"
          isBusy={isBusy}
          onEnter={(token) => void enter({ token })}
        />
      </div>
      <p className="text-soft">
        Either is exchanged for a session, and kept nowhere in the browser. Somebody who administers the gateway can
        also give you a link that signs you in, once.
      </p>
    </main>
  );
}
