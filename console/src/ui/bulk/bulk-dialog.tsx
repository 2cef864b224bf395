import { useMemo, useState } from 'react';
import { Dialog } from '../dialog.tsx';
import { FormDialog } from '../form-dialog.tsx';
import { count } from '../format.ts';
import { type BulkAction, isLeftOut, type Values } from './bulk-action.ts';
import { BulkPreview, type PlannedRow } from './bulk-preview.tsx';
import { BulkResult } from './bulk-result.tsx';
import { useBulkRun } from './use-bulk-run.ts';

interface BulkDialogProps<Row> {
  readonly action: BulkAction<Row>;
  readonly rows: readonly Row[];
  readonly what: string;
  readonly idOf: (row: Row) => string;
  /** `hasBegun`: something may have been done. */
  readonly onClose: (hasBegun: boolean) => void;
}

/** One action on many rows: what it needs to know, a preview of each row, and then what became of each. */
export function BulkDialog<Row>({ action, rows, what, idOf, onClose }: BulkDialogProps<Row>) {
  // Rows and key are those of the preview: what the list reads meanwhile changes neither, and what is pressed twice is done once.
  const [before] = useState(rows);
  const [bulkKey] = useState(() => crypto.randomUUID());
  const [values, setValues] = useState<Values | null>(action.inputs === undefined ? {} : null);
  const [hasBegun, setBegun] = useState(false);
  const run = useBulkRun<Row>();
  const undo = useBulkRun<Row>();
  const planned = useMemo(
    () =>
      values === null
        ? []
        : before.map((row): PlannedRow<Row> => ({ id: idOf(row), row, planned: action.plan(row, values) })),
    [before, action, values, idOf],
  );
  // While it runs, closing stops it first, and shows how far it came.
  const isRunning = run.isRunning || undo.isRunning;
  const stop = (): void => (run.isRunning ? run.stop() : undo.stop());
  const close = (): void => (isRunning ? stop() : onClose(hasBegun));
  const title = `${action.name}: ${count(before.length)} ${what}`;
  if (values === null) {
    const look = async (given: Values): Promise<void> => {
      // What no row could take is told at the form.
      for (const row of before) action.plan(row, given);
      setValues(given);
    };
    return <FormDialog title={title} action="Preview" inputs={action.inputs ?? []} onSubmit={look} onClose={close} />;
  }
  const doable = planned.filter((each) => !isLeftOut(each.planned)).map(({ row }) => row);
  const runEach = (row: Row): Promise<unknown> => action.run(row, values, `${bulkKey}-${idOf(row)}`);
  const undoEach = async (row: Row): Promise<unknown> => {
    const outcome = run.outcomes.get(row);
    if (outcome?.state !== 'done' || outcome.result === null) return null;
    return action.undo?.(row, outcome.result, `${bulkKey}-undo-${idOf(row)}`);
  };
  const begin = (some: readonly Row[]): void => {
    setBegun(true);
    void run.start(some, runEach);
  };
  return (
    <Dialog title={title} onClose={close}>
      {hasBegun ? (
        <BulkResult
          {...{ action, run, undo }}
          onClose={close}
          rows={doable}
          onRepeat={begin}
          onUndo={(some) => void undo.start(some, undoEach)}
        />
      ) : (
        <BulkPreview {...{ action, planned }} onClose={close} onConfirm={() => begin(doable)} />
      )}
    </Dialog>
  );
}
