import { useState } from 'react';
import { Button } from '../button.tsx';
import { TextField } from '../field.tsx';
import { count } from '../format.ts';
import { type BulkAction, isLeftOut, type Planned } from './bulk-action.ts';

/** So many rows are shown at a time. */
const STEP = 100;

export interface PlannedRow<Row> {
  readonly id: string;
  readonly row: Row;
  readonly planned: Planned;
}

interface BulkPreviewProps<Row> {
  readonly action: BulkAction<Row>;
  readonly planned: readonly PlannedRow<Row>[];
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** What each row is and would be, and which are left out and why. Nothing has happened yet. */
export function BulkPreview<Row>({ action, planned, onConfirm, onClose }: BulkPreviewProps<Row>) {
  const [shownMax, setShownMax] = useState(STEP);
  const [typed, setTyped] = useState('');
  const left = planned.filter((each) => isLeftOut(each.planned)).length;
  const size = planned.length - left;
  const word = String(size);
  const isFinal = action.isFinal === true;
  return (
    <>
      <p>
        {count(size)} would change{left > 0 && `, ${count(left)} are left out`}.{isFinal && ' Nothing takes it back.'}
      </p>
      <div className="max-h-72 overflow-auto rounded-md border border-line">
        <table className="w-full border-collapse text-xs">
          <caption className="sr-only">Preview</caption>
          <thead className="sticky top-0 bg-sunken text-left">
            <tr>
              {['What', 'Now', 'Then'].map((title) => (
                <th key={title} scope="col" className="px-3 py-1">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {planned.slice(0, shownMax).map((each) => (
              <PreviewRow key={each.id} label={action.labelOf(each.row)} planned={each.planned} />
            ))}
          </tbody>
        </table>
        {planned.length > shownMax && (
          <p className="p-2 text-center">
            <Button onClick={() => setShownMax(shownMax + STEP)}>
              Show {STEP} more of {count(planned.length)}
            </Button>
          </p>
        )}
      </div>
      {isFinal && size > 0 && (
        <TextField label={`Type ${word} to go on`} value={typed} onChange={({ target }) => setTyped(target.value)} />
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look={isFinal ? 'danger' : 'primary'}
          disabled={size === 0 || (isFinal && typed !== word)}
          onClick={onConfirm}
        >
          {action.name} {count(size)}
        </Button>
      </div>
    </>
  );
}

function PreviewRow({ label, planned }: { readonly label: string; readonly planned: Planned }) {
  return (
    <tr className="border-t border-line">
      <th scope="row" className="px-3 py-1 text-left font-normal break-all">
        {label}
      </th>
      {isLeftOut(planned) ? (
        <td colSpan={2} className="px-3 py-1 text-warn">
          left out: {planned.leftOut}
        </td>
      ) : (
        <>
          <td className="px-3 py-1 tabular-nums">{planned.before}</td>
          <td className="px-3 py-1 font-medium tabular-nums">{planned.after}</td>
        </>
      )}
    </tr>
  );
}
