import { useNavigate, useSearch } from '@tanstack/react-router';

type Search = Readonly<Record<string, string | undefined>>;

/** What the URL says of a list, and how it is changed. An empty text takes a part away. */
export function useSearchState(): readonly [Search, (change: Search) => void] {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const change = (changed: Search): void => {
    const next = Object.fromEntries(Object.entries({ ...search, ...changed }).filter(([, value]) => value));
    void navigate({ to: '.', search: next as never, replace: true });
  };
  return [search, change];
}
