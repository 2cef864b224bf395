import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type Answered, ask } from '../api/client.ts';
import type { Question } from './asked.tsx';
import { useSearchState } from './search-state.ts';

/** A page of a list, as every list of the admin API answers it. */
export interface PageOf<Row> {
  readonly data: readonly Row[];
  readonly has_more: boolean;
  readonly last_id?: string | number | null | undefined;
}

/** Filters and order of a list, as the gateway names them. */
export type ListQuery = Readonly<Record<string, string | number>>;

export type ReadList<Row> = (query: ListQuery, signal: AbortSignal) => Promise<PageOf<Row>>;

/** A page that is asked for, and the list that it is of. */
export interface ListQuestion<Row> extends Question<PageOf<Row>> {
  /** What is shown is the page before: this one is on its way. */
  readonly isStale: boolean;
  /** What is listed and in which order, without the place. */
  readonly listed: ListQuery;
  readonly read: ReadList<Row>;
  /** Where the page stands in the URL; undefined: the list is the screen's only one, and all of the URL is about it. */
  readonly page: string | undefined;
}

/** How many rows a page can have: what is read at a glance first. More at once nobody reads, and each costs the browser its cells. */
export const pageSizes: readonly string[] = ['50', '100', '200'];

interface Options {
  /** Beside what the URL says; what the URL says goes before. */
  readonly usual?: Readonly<Record<string, string>>;
  /** Whatever the URL says. */
  readonly fixed?: Readonly<Record<string, string>>;
  /** Where the page stands in the URL; with it, nothing else of the URL is about this list. */
  readonly page?: string;
  readonly rows?: number;
  /** How often the first page is asked for anew; absent: where something changed. */
  readonly liveMs?: number | false;
}

/**
 * Asks for the page of a list that the URL names: where it begins, its filters, and its order. The page before stays until the next is
 * there.
 *
 * @param key What is asked for anew when it was changed.
 * @param list An operation of the generated client.
 */
export function usePage<Row>(
  key: readonly string[],
  list: (asked: { readonly query: never; readonly signal: AbortSignal }) => Promise<Answered<PageOf<Row>>>,
  { usual = {}, fixed = {}, page, rows, liveMs = false }: Options = {},
): ListQuestion<Row> {
  const [{ view: _, rows: size, ...search }] = useSearchState();
  const { after, ...said } = page === undefined ? search : { after: search[page] };
  const listed = { ...usual, ...said, ...fixed } as ListQuery;
  const usualRows = pageSizes.find((each) => page === undefined && each === size) ?? pageSizes[0];
  const query = { ...listed, limit: rows ?? Number(usualRows), ...(after === undefined ? {} : { after }) };
  const read: ReadList<Row> = (asked, signal) => ask(list({ query: asked as never, signal }));
  const { data, error, refetch, isPlaceholderData } = useQuery({
    queryKey: [...key, query],
    queryFn: ({ signal }) => read(query, signal),
    placeholderData: keepPreviousData,
    refetchInterval: after === undefined ? liveMs : false,
  });
  return { data, error, refetch, isStale: isPlaceholderData, listed, read, page };
}
