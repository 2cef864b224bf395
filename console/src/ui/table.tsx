import type { ReactNode } from 'react';
import { Empty } from './states.tsx';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers stand right. */
  readonly isNumber?: boolean;
  /** Left out where the screen is narrow. */
  readonly isMinor?: boolean;
}

interface TableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly idOf: (row: Row) => string;
  readonly onOpen?: ((row: Row) => void) | undefined;
  readonly empty: ReactNode;
}

/** Rows with a heading each. A row that opens something does so by mouse and by its first cell's button. */
export function Table<Row>({ caption, columns, rows, idOf, onOpen, empty }: TableProps<Row>) {
  if (rows.length === 0) return <Empty title="Nothing here">{empty}</Empty>;
  return (
    // It scrolls by keyboard as well, whatever is in it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached without a mouse
    <section className="overflow-x-auto" aria-label={caption} tabIndex={0}>
      <table className="w-full border-collapse">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line text-left text-soft">
            {columns.map((column) => (
              <th key={column.title} scope="col" className={cellClass(column)}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={idOf(row)} className="border-b border-line last:border-b-0 hover:bg-sunken">
              {columns.map((column, at) => (
                <td key={column.title} className={cellClass(column)}>
                  {at === 0 && onOpen !== undefined ? (
                    <button type="button" className="text-left text-accent hover:underline" onClick={() => onOpen(row)}>
                      {column.cell(row)}
                    </button>
                  ) : (
                    column.cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function cellClass<Row>({ isNumber, isMinor }: Column<Row>): string {
  return `px-4 py-2 align-top ${isNumber === true ? 'text-right whitespace-nowrap tabular-nums' : ''} ${isMinor === true ? 'max-md:hidden' : ''}`;
}
