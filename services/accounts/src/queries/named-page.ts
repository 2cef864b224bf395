import { pageLimit } from './page-limit.ts';

interface Asked {
  readonly limit: number;
  readonly after: string;
  readonly search: string;
}

/** A page of what has a name, in the order of the names. Throws `invalid_request` for too long a page. */
export function namedPage<T extends { readonly id: string }>(
  all: readonly T[],
  { limit, after, search }: Asked,
): { readonly page: readonly T[]; readonly hasMore: boolean } {
  const length = pageLimit(limit);
  const part = search.toLowerCase();
  const rest = all
    .filter(({ id }) => id > after && id.toLowerCase().includes(part))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return { page: rest.slice(0, length), hasMore: rest.length > length };
}
