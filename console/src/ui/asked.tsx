import type { ReactNode } from 'react';
import { Loading, Problem } from './states.tsx';

/** A question to the gateway, as `useQuery` has it. */
export interface Question<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

/** Shows an answer once it is there, and what became of it before. What was read earlier stays beside a later failure. */
export function Asked<T>({
  question: { data, error, refetch },
  children,
}: {
  readonly question: Question<T>;
  readonly children: (answer: T) => ReactNode;
}) {
  return (
    <>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loading />}
      {data !== undefined && children(data)}
    </>
  );
}
