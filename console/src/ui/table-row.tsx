import { memo } from 'react';
import { type Column, cellClass } from './column.ts';

interface TableRowProps<Row> {
  readonly id: string;
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly onOpen: ((row: Row) => void) | undefined;
  /** undefined: rows cannot be chosen. */
  readonly isChosen: boolean | undefined;
  readonly onToggle: ((row: Row) => void) | undefined;
}

function Row<Row>({ id, row, columns, onOpen, isChosen, onToggle }: TableRowProps<Row>) {
  return (
    <tr
      aria-selected={isChosen}
      className="border-b border-line last:border-b-0 hover:bg-sunken aria-selected:bg-sunken"
    >
      {isChosen !== undefined && (
        <td className="w-8 py-2 pl-4 align-top">
          <input
            type="checkbox"
            className="size-4"
            aria-label={`Choose ${id}`}
            checked={isChosen}
            onChange={() => onToggle?.(row)}
          />
        </td>
      )}
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
  );
}

/** One row. It is drawn anew when it, or what can be done with it, has changed: choosing one does not draw the others. */
export const TableRow = memo(Row) as typeof Row;
