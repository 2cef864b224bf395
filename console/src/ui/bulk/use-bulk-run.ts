import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type Outcome, runAll } from './run-all.ts';

/** How often the screen is drawn while many end: each by itself would keep the browser busy with telling. */
const TELL_MS = 100;

export interface BulkRun<Row> {
  readonly outcomes: ReadonlyMap<Row, Outcome>;
  readonly isRunning: boolean;
  readonly start: (rows: readonly Row[], run: (row: Row) => Promise<unknown>) => Promise<void>;
  readonly stop: () => void;
}

/** Runs something for many rows, and tells what became of each. Leaving the screen begins no more of them. */
export function useBulkRun<Row>(): BulkRun<Row> {
  const queries = useQueryClient();
  const outcomes = useRef(new Map<Row, Outcome>());
  const running = useRef<AbortController | null>(null);
  const [isRunning, setRunning] = useState(false);
  const [, setTold] = useState(0);
  useEffect(() => () => running.current?.abort(), []);
  const start: BulkRun<Row>['start'] = async (rows, run) => {
    if (running.current !== null) return;
    const control = new AbortController();
    running.current = control;
    for (const row of rows) outcomes.current.delete(row);
    setRunning(true);
    const telling = setInterval(() => setTold((times) => times + 1), TELL_MS);
    const onOutcome = (row: Row, outcome: Outcome): void => void outcomes.current.set(row, outcome);
    await runAll(rows, { run, signal: control.signal, onOutcome });
    clearInterval(telling);
    running.current = null;
    setRunning(false);
    await queries.invalidateQueries();
  };
  return { outcomes: outcomes.current, isRunning, start, stop: () => running.current?.abort() };
}
