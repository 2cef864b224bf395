import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useRef } from 'react';

type Search = Readonly<Record<string, string | undefined>>;

/** What the URL says of a list, and how it is changed. An empty text takes a part away. Each change is a step that the browser goes back. */
export function useSearchState(): readonly [Search, (change: Search) => void] {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const last = useRef(search);
  last.current = search;
  // The same function for as long as the screen is there: rows that have it are not drawn anew.
  const change = useCallback(
    (changed: Search): void => {
      const next = Object.fromEntries(Object.entries({ ...last.current, ...changed }).filter(([, value]) => value));
      void navigate({ to: '.', search: next as never });
    },
    [navigate],
  );
  return [search, change];
}
