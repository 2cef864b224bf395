import { useRef, useState } from 'react';
import { useSession } from '../../session/session.tsx';
import { Button } from '../button.tsx';
import { count } from '../format.ts';
import { readPages } from '../read-pages.ts';
import { Problem } from '../states.tsx';
import type { ListQuery, ReadList } from '../use-page.ts';
import type { BulkAction } from './bulk-action.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import type { ChosenRows } from './use-selection.ts';

/** Of more at once nobody looks through a preview, and the gateway has others to serve. */
const ROWS_MAX = 10_000;

interface BulkBarProps<Row> {
  readonly what: string;
  readonly actions: readonly BulkAction<Row>[];
  readonly chosen: ChosenRows<Row>;
  readonly read: ReadList<Row>;
  readonly query: ListQuery;
  readonly idOf: (row: Row) => string;
}

/** How many rows are chosen, and what can be done with them, by who may. */
export function BulkBar<Row>({ what, actions, chosen, read, query, idOf }: BulkBarProps<Row>) {
  const { role } = useSession();
  const [opened, setOpened] = useState<BulkAction<Row> | null>(null);
  const { choose, told, isBusy, error, stop } = useChooseAll(chosen, read, query);
  const allowed = actions.filter(({ roles }) => role === 'owner' || roles.includes(role));
  if (allowed.length === 0) return null;
  const size = chosen.rows.length;
  const close = (hasBegun: boolean): void => {
    setOpened(null);
    // What was done with is not done with again by the next button.
    if (hasBegun) chosen.onReplace([]);
  };
  return (
    <section
      aria-label={`Several ${what}`}
      className="flex flex-wrap items-center gap-2 rounded-lg border border-line bg-panel p-2"
    >
      <p role="status" className="px-2">
        {isBusy || told !== '' ? told : `${count(size)} chosen`}
      </p>
      <Button onClick={() => (isBusy ? stop() : void choose())}>{isBusy ? 'Stop' : 'Choose all that fit'}</Button>
      {size > 0 && !isBusy && (
        <>
          {allowed.map((action) => (
            <Button
              key={action.name}
              look={action.isFinal === true ? 'danger' : 'plain'}
              onClick={() => setOpened(action)}
            >
              {action.name}
            </Button>
          ))}
          <Button look="quiet" onClick={() => chosen.onReplace([])}>
            Choose none
          </Button>
        </>
      )}
      {error !== null && <Problem error={error} />}
      {opened !== null && <BulkDialog action={opened} rows={chosen.rows} idOf={idOf} what={what} onClose={close} />}
    </section>
  );
}

/** Chooses every row that the filter lets through, whatever page it is on, up to a number that is told. */
function useChooseAll<Row>(chosen: ChosenRows<Row>, read: ReadList<Row>, query: ListQuery) {
  const [told, setTold] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const running = useRef<AbortController | null>(null);
  const choose = async (): Promise<void> => {
    const control = new AbortController();
    running.current = control;
    setBusy(true);
    setError(null);
    try {
      const onRead = (rows: number): void => setTold(`${count(rows)} read`);
      const { rows, isCut } = await readPages(read, query, { rowsMax: ROWS_MAX, signal: control.signal, onRead });
      chosen.onReplace(rows);
      setTold(isCut ? `${count(rows.length)} chosen: more fit, and no more are done at once` : '');
    } catch (thrown) {
      setTold('');
      if (!control.signal.aborted) setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return { choose, told, isBusy, error, stop: () => running.current?.abort() };
}
