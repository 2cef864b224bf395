import type { ListQuery, ReadList } from './use-page.ts';

/** As many as the gateway gives at once. */
const PAGE_ROWS = 1_000;

interface ReadPagesOptions {
  readonly rowsMax: number;
  readonly signal: AbortSignal;
  /** Called after each page with how many were read so far. */
  readonly onRead: (rows: number) => void;
}

/** All rows of a list, page by page, up to a number. `isCut`: there are more. */
export async function readPages<Row>(
  read: ReadList<Row>,
  query: ListQuery,
  { rowsMax, signal, onRead }: ReadPagesOptions,
): Promise<{ readonly rows: readonly Row[]; readonly isCut: boolean }> {
  const rows: Row[] = [];
  let after: string | undefined;
  for (;;) {
    const limit = Math.min(PAGE_ROWS, rowsMax - rows.length);
    const page = await read({ ...query, limit, ...(after === undefined ? {} : { after }) }, signal);
    rows.push(...page.data);
    onRead(rows.length);
    if (!page.has_more || rows.length >= rowsMax) return { rows, isCut: page.has_more };
    after = String(page.last_id ?? '');
  }
}
