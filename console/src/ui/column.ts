import type { ReactNode } from 'react';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** The field by which the gateway sorts the list; absent: it cannot. */
  readonly sort?: string;
  /** Numbers stand right. */
  readonly isNumber?: boolean;
  /** Left out where the screen is narrow. */
  readonly isMinor?: boolean;
}

export function cellClass<Row>({ isNumber, isMinor }: Column<Row>): string {
  return `px-4 py-2 align-top ${isNumber === true ? 'text-right whitespace-nowrap tabular-nums' : ''} ${isMinor === true ? 'max-md:hidden' : ''}`;
}
