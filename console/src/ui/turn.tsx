import { useQueryClient } from '@tanstack/react-query';
import { type Answered, ask, askVersioned } from '../api/client.ts';
import type { Role } from '../api/session.ts';
import { Trial } from './trial.tsx';

interface OfOne {
  readonly path: { readonly id: string };
}

interface TurnProps {
  readonly label: string;
  readonly id: string;
  readonly roles: readonly Role[];
  /** Keys of the queries that have to be asked anew. */
  readonly reads: readonly string[];
  /** The status that is shown. */
  readonly from: string | null | undefined;
  readonly to: string;
  readonly get: (asked: OfOne) => Promise<Answered<{ readonly status?: string | null }>>;
  readonly update: (
    asked: OfOne & { readonly body: never; readonly headers: { readonly 'If-Match': string } },
  ) => Promise<Answered<unknown>>;
}

/** Gives a resource another status, unless somebody else has given it another one than is shown. */
export function Turn({ label, id, roles, reads, from, to, get, update }: TurnProps) {
  const queries = useQueryClient();
  const again = () => Promise.all(reads.map((read) => queries.invalidateQueries({ queryKey: [read] })));
  const turn = async (): Promise<string> => {
    const path = { id };
    const { value, etag } = await askVersioned(get({ path }));
    if (value.status !== from) {
      await again();
      throw new Error(`Somebody else has made it ${value.status} meanwhile.`);
    }
    await ask(update({ path, body: { status: to } as never, headers: { 'If-Match': etag } }));
    await again();
    return '';
  };
  return <Trial label={label} name={`${label} ${id}`} roles={roles} run={turn} />;
}
