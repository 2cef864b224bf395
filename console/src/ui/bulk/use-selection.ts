import { useCallback, useMemo, useState } from 'react';
import type { Selection } from '../table.tsx';

/** The rows that are chosen of a list, over all its pages. */
export interface ChosenRows<Row> extends Selection<Row> {
  readonly rows: readonly Row[];
  readonly onReplace: (rows: readonly Row[]) => void;
}

/** What is chosen of a list. Another filter or order is another list: `listKey` says which, and nothing is chosen of a new one. */
export function useSelection<Row>(idOf: (row: Row) => string, listKey: string): ChosenRows<Row> {
  const [held, setHeld] = useState<Held<Row>>({ listKey, rows: new Map() });
  const rows = held.listKey === listKey ? held.rows : (noRows as ReadonlyMap<string, Row>);
  const change = useCallback(
    (edit: (rows: Map<string, Row>) => void): void =>
      setHeld((before) => {
        const next = new Map(before.listKey === listKey ? before.rows : []);
        edit(next);
        return { listKey, rows: next };
      }),
    [listKey],
  );
  const onToggle = useCallback(
    (row: Row): void => change((next) => (next.has(idOf(row)) ? next.delete(idOf(row)) : next.set(idOf(row), row))),
    [change, idOf],
  );
  const onToggleAll = useCallback(
    (page: readonly Row[], isChosen: boolean): void =>
      change((next) => {
        for (const row of page) isChosen ? next.set(idOf(row), row) : next.delete(idOf(row));
      }),
    [change, idOf],
  );
  const onReplace = useCallback(
    (all: readonly Row[]): void =>
      change((next) => {
        next.clear();
        for (const row of all) next.set(idOf(row), row);
      }),
    [change, idOf],
  );
  return useMemo(
    () => ({ ids: new Set(rows.keys()), rows: [...rows.values()], onToggle, onToggleAll, onReplace }),
    [rows, onToggle, onToggleAll, onReplace],
  );
}

interface Held<Row> {
  readonly listKey: string;
  readonly rows: ReadonlyMap<string, Row>;
}

const noRows: ReadonlyMap<string, unknown> = new Map<string, unknown>();
