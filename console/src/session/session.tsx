import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext } from 'react';
import { type Role, readSession, type Session, signOut } from '../api/session.ts';
import { Loading, Problem } from '../ui/states.tsx';
import { SignIn } from './sign-in.tsx';

const current = createContext<Session | null>(null);

const sessionKey = ['session'];
const LOOK_MS = 60_000;

/** Shows what is inside to those who are signed in, and to others how to. */
export function SignedIn({ children }: { readonly children: ReactNode }) {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: sessionKey,
    queryFn: readSession,
    refetchInterval: LOOK_MS,
  });
  const queries = useQueryClient();
  if (isPending) return <Loading />;
  if (error !== null && data === undefined) return <Problem error={error} onRetry={() => void refetch()} />;
  if (!data) return <SignIn onSignedIn={(session) => queries.setQueryData(sessionKey, session)} />;
  return <current.Provider value={data}>{children}</current.Provider>;
}

export function useSession(): Session {
  const session = useContext(current);
  if (session === null) throw new Error('this is shown to those who are signed in');
  return session;
}

/** Whether who is signed in has one of these roles. An owner has all of those that administer. */
export function useMay(...roles: readonly Role[]): boolean {
  const { role } = useSession();
  return role === 'owner' || roles.includes(role);
}

/** Ends the session, and forgets what was read in it. */
export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await signOut();
    queries.setQueryData(sessionKey, null);
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
  };
}
