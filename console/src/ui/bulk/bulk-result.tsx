import { Button } from '../button.tsx';
import { count } from '../format.ts';
import type { BulkAction } from './bulk-action.ts';
import type { BulkRun } from './use-bulk-run.ts';

/** So many failures are named: they usually share a cause. */
const SHOWN_MAX = 50;

interface BulkResultProps<Row> {
  readonly action: BulkAction<Row>;
  readonly rows: readonly Row[];
  readonly run: BulkRun<Row>;
  readonly undo: BulkRun<Row>;
  readonly onRepeat: (rows: readonly Row[]) => void;
  readonly onUndo: (rows: readonly Row[]) => void;
  readonly onClose: () => void;
}

/** How far a bulk action has come, and what failed: to be stopped, repeated, and taken back. */
export function BulkResult<Row>({ action, rows, run, undo, onRepeat, onUndo, onClose }: BulkResultProps<Row>) {
  const isUndoing = undo.isRunning || undo.outcomes.size > 0;
  const shown = isUndoing ? undo : run;
  const stateOf = (row: Row) => run.outcomes.get(row)?.state;
  const done = rows.filter((row) => stateOf(row) === 'done');
  const over = isUndoing ? done : rows;
  const isOver = (row: Row): boolean => ['done', 'failed'].includes(shown.outcomes.get(row)?.state ?? '');
  const ended = over.filter(isOver).length;
  const failed = over.filter((row) => shown.outcomes.get(row)?.state === 'failed');
  const left = rows.filter((row) => stateOf(row) !== 'done');
  const isRunning = run.isRunning || undo.isRunning;
  return (
    <>
      <progress className="h-2 w-full" value={ended} max={over.length} aria-label="How far it is" />
      <p role="status">
        {isUndoing && 'Taking back: '}
        {count(ended - failed.length)} of {count(over.length)} done
        {failed.length > 0 && `, ${count(failed.length)} failed`}
        {!isRunning && ended < over.length && ', stopped'}.
      </p>
      <Failures action={action} rows={failed} run={shown} />
      <div className="flex flex-wrap justify-end gap-2">
        {run.isRunning && <Button onClick={run.stop}>Stop</Button>}
        {undo.isRunning && <Button onClick={undo.stop}>Stop</Button>}
        {!isRunning && !isUndoing && action.undo !== undefined && done.length > 0 && (
          <Button onClick={() => onUndo(done)}>Undo {count(done.length)}</Button>
        )}
        {!isRunning && !isUndoing && left.length > 0 && (
          <Button onClick={() => onRepeat(left)}>Go on with {count(left.length)}</Button>
        )}
        {!isRunning && isUndoing && failed.length > 0 && (
          <Button onClick={() => onUndo(failed)}>Try {count(failed.length)} again</Button>
        )}
        {!isRunning && (
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        )}
      </div>
    </>
  );
}

function Failures<Row>({ action, rows, run }: Pick<BulkResultProps<Row>, 'action' | 'rows' | 'run'>) {
  if (rows.length === 0) return null;
  return (
    <ul className="max-h-60 overflow-auto rounded-md bg-sunken p-3 text-xs">
      {rows.slice(0, SHOWN_MAX).map((row) => {
        const outcome = run.outcomes.get(row);
        const error: unknown = outcome?.state === 'failed' ? outcome.error : undefined;
        const label = action.labelOf(row);
        return (
          <li key={label} className="break-words">
            {label}: {error instanceof Error ? error.message : String(error)}
          </li>
        );
      })}
      {rows.length > SHOWN_MAX && <li>and {count(rows.length - SHOWN_MAX)} more</li>}
    </ul>
  );
}
