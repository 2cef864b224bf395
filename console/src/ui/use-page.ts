import { useQuery } from '@tanstack/react-query';
import { type Answered, ask } from '../api/client.ts';
import type { Question } from './asked.tsx';
import { useSearchState } from './search-state.ts';

/** A page of a list, as every list of the admin API answers it. */
export interface PageOf<Row> {
  readonly data: readonly Row[];
  readonly has_more: boolean;
  readonly last_id?: string | number | null | undefined;
}

/** So many rows make a page that is read at a glance, and drawn at once. */
export const PAGE_ROWS = 50;

interface Options {
  /** Beside what the URL says; what the URL says goes before. */
  readonly usual?: Readonly<Record<string, string>>;
  /** Whatever the URL says. */
  readonly fixed?: Readonly<Record<string, string>>;
  /** Where the page stands in the URL; with it, nothing else of the URL is about this list. */
  readonly page?: string;
  readonly rows?: number;
  /** How often it is asked for anew; absent: where something changed. */
  readonly liveMs?: number | false;
}

/**
 * Asks for the page of a list that the URL names: where it begins, its filters, and its order.
 *
 * @param key What is asked for anew when it was changed.
 * @param list An operation of the generated client.
 */
export function usePage<Row>(
  key: readonly string[],
  list: (asked: { readonly query: never; readonly signal: AbortSignal }) => Promise<Answered<PageOf<Row>>>,
  { usual = {}, fixed = {}, page, rows = PAGE_ROWS, liveMs = false }: Options = {},
): Question<PageOf<Row>> {
  const [{ view: _, ...search }] = useSearchState();
  const after = page === undefined ? undefined : search[page];
  const said = page === undefined ? search : after === undefined ? {} : { after };
  const query = { ...usual, ...said, ...fixed, limit: rows };
  return useQuery({
    queryKey: [...key, query],
    queryFn: ({ signal }) => ask(list({ query: query as never, signal })),
    refetchInterval: liveMs,
  });
}
