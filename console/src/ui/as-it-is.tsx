import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { type Answered, askVersioned, type Versioned } from '../api/client.ts';
import { Dialog } from './dialog.tsx';
import { UnderChangeContext } from './overtaken.tsx';
import { Loading, Problem } from './states.tsx';

interface AsItIsProps<T> {
  readonly title: string;
  readonly id: readonly string[];
  readonly get: (signal: AbortSignal) => Promise<Answered<T>>;
  readonly onClose: () => void;
  readonly children: (found: Versioned<T>) => ReactNode;
}

/**
 * Reads a thing with its version before it is changed, so that the change is refused where somebody else was first. Then it is read anew,
 * and shown with what they changed.
 */
export function AsItIs<T extends object>({ title, id, get, onClose, children }: AsItIsProps<T>) {
  const { data, error, refetch } = useQuery({
    queryKey: ['as-it-is', ...id],
    queryFn: ({ signal }) => askVersioned(get(signal)),
    // What is being changed does not change below the hands.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (data !== undefined) {
    const underChange = { value: data.value, isGone: error !== null, refetch };
    return <UnderChangeContext value={underChange}>{children(data)}</UnderChangeContext>;
  }
  return (
    <Dialog title={title} onClose={onClose}>
      {error === null ? <Loading /> : <Problem error={error} onRetry={() => void refetch()} />}
    </Dialog>
  );
}
