import { type ReactNode, useMemo } from 'react';
import { Asked } from './asked.tsx';
import type { BulkAction } from './bulk/bulk-action.ts';
import { BulkBar } from './bulk/bulk-bar.tsx';
import { useSelection } from './bulk/use-selection.ts';
import { ExportList } from './export-list.tsx';
import { type Filter, Filters } from './filters.tsx';
import { Pager } from './pager.tsx';
import { Panel } from './panel.tsx';
import { useSearchState } from './search-state.ts';
import { type Column, Table } from './table.tsx';
import { type ListQuestion, pageSizes } from './use-page.ts';

interface ListedProps<Row> {
  readonly question: ListQuestion<Row>;
  /** What the list is of, for those who hear it, and for a file's name. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  /** A row's own name among them; absent: its id. */
  readonly idOf?: (row: Row) => string;
  readonly onOpen?: ((row: Row) => void) | undefined;
  /** What to do where it is empty. */
  readonly empty: ReactNode;
  readonly filters?: readonly Filter[];
  /** What can be done with several rows. */
  readonly bulk?: readonly BulkAction<Row>[];
  /** Of its box; absent: the screen's heading says it. */
  readonly title?: string;
  readonly actions?: ReactNode;
}

const none: readonly never[] = [];

/**
 * Any list: filtered, sorted by the headings of its columns, a page at a time, as the URL says; saved as a file; and with what can be
 * done with several rows.
 */
export function Listed<Row extends object>(props: ListedProps<Row>) {
  const {
    question,
    caption,
    columns,
    idOf = ownId,
    onOpen,
    empty,
    filters = none,
    bulk = none,
    title,
    actions,
  } = props;
  const { listed, read, page, isStale } = question;
  const [, change] = useSearchState();
  const chosen = useSelection(idOf, JSON.stringify(listed));
  const sort = String(listed['sort'] ?? 'created_at');
  const sorting = useMemo(
    () => (page === undefined ? { sort, onSort: (next: string) => change({ sort: next, after: '' }) } : undefined),
    [sort, change, page],
  );
  const shown = [...filters, ...(page === undefined ? sortFilter(columns) : [])];
  return (
    <>
      {shown.length > 0 && <Filters filters={shown} />}
      {bulk.length > 0 && <BulkBar actions={bulk} query={listed} what={caption} {...{ chosen, read, idOf }} />}
      <Panel title={title} actions={actions}>
        <Asked question={question}>
          {({ data, last_id, has_more }) => (
            <div aria-busy={isStale} className={isStale ? 'opacity-60' : ''}>
              <Table
                {...{ caption, columns, idOf, onOpen, empty, sorting }}
                rows={data}
                selection={bulk.length > 0 ? chosen : undefined}
              />
              <Pager lastId={last_id} hasMore={has_more} name={page} sizes={page === undefined ? pageSizes : none}>
                {data.length > 0 && <ExportList name={caption} read={read} query={listed} />}
              </Pager>
            </div>
          )}
        </Asked>
      </Panel>
    </>
  );
}

function ownId(row: object): string {
  return String((row as { readonly id?: string | number | null }).id ?? '');
}

/** Headings that a narrow screen leaves out cannot be pressed there: the order is a choice beside the filters. */
function sortFilter<Row>(columns: readonly Column<Row>[]): readonly Filter[] {
  const options = columns.flatMap(({ sort }) => (sort === undefined ? [] : [sort, `-${sort}`]));
  return options.length === 0 ? [] : [{ name: 'sort', label: 'Sorted by', options, isNarrowOnly: true }];
}
