import type { ReactNode } from 'react';
import { type Column, cellClass } from './column.ts';
import { directionOf, SortHeading, type Sorting } from './sort-heading.tsx';
import { Empty } from './states.tsx';
import { TableRow } from './table-row.tsx';

export type { Column } from './column.ts';

/** Rows that are chosen, for what is done with several at once. */
export interface Selection<Row> {
  readonly ids: ReadonlySet<string>;
  /** The same function for as long as the list is there. */
  readonly onToggle: (row: Row) => void;
  readonly onToggleAll: (rows: readonly Row[], isChosen: boolean) => void;
}

interface TableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly idOf: (row: Row) => string;
  readonly onOpen?: ((row: Row) => void) | undefined;
  readonly empty: ReactNode;
  /** Absent: what the rows say is their order. */
  readonly sorting?: Sorting | undefined;
  /** Absent: nothing is done with several rows. */
  readonly selection?: Selection<Row> | undefined;
}

/** Rows with a heading each. A row that opens something does so by mouse and by its first cell's button. */
export function Table<Row>(props: TableProps<Row>) {
  const { caption, columns, rows, idOf, onOpen, empty, sorting, selection } = props;
  if (rows.length === 0) return <Empty title="Nothing here">{empty}</Empty>;
  return (
    // It scrolls by keyboard as well, whatever is in it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached without a mouse
    <div className="overflow-x-auto" tabIndex={0}>
      <table className="w-full border-collapse">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line text-left text-soft">
            {selection !== undefined && <All rows={rows} idOf={idOf} selection={selection} />}
            {columns.map((column) => (
              <Heading key={column.title} column={column} sorting={sorting} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <TableRow
              key={idOf(row)}
              {...{ row, columns, onOpen }}
              id={idOf(row)}
              isChosen={selection?.ids.has(idOf(row))}
              onToggle={selection?.onToggle}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Heading<Row>({ column, sorting }: { readonly column: Column<Row>; readonly sorting: Sorting | undefined }) {
  const { title, sort } = column;
  if (sort === undefined || sorting === undefined) {
    return (
      <th scope="col" className={cellClass(column)}>
        {title}
      </th>
    );
  }
  return (
    <th scope="col" className={cellClass(column)} aria-sort={directionOf(sort, sorting.sort)}>
      <SortHeading title={title} field={sort} sorting={sorting} />
    </th>
  );
}

function All<Row>({ rows, idOf, selection }: Pick<TableProps<Row>, 'rows' | 'idOf'> & { selection: Selection<Row> }) {
  const chosen = rows.filter((row) => selection.ids.has(idOf(row))).length;
  return (
    <th scope="col" className="w-8 py-2 pl-4 align-top">
      <input
        type="checkbox"
        className="size-4"
        aria-label="All rows of this page"
        checked={chosen === rows.length}
        ref={(box) => {
          if (box !== null) box.indeterminate = chosen > 0 && chosen < rows.length;
        }}
        onChange={({ target }) => selection.onToggleAll(rows, target.checked)}
      />
    </th>
  );
}
