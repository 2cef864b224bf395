import { Download } from 'lucide-react';
import { useRef, useState } from 'react';
import { Button } from './button.tsx';
import { csv } from './csv.ts';
import { download } from './download.ts';
import { flatRows } from './flat-rows.ts';
import { count } from './format.ts';
import { readPages } from './read-pages.ts';
import { Problem } from './states.tsx';
import type { ListQuery, ReadList } from './use-page.ts';

/** A file of more is no longer made in a browser: the command line reads any number. */
const ROWS_MAX = 50_000;

interface ExportListProps<Row> {
  readonly name: string;
  readonly read: ReadList<Row>;
  readonly query: ListQuery;
}

/** All that the filter lets through, in the list's order, as a CSV file. It can be stopped. */
export function ExportList<Row extends object>({ name, read, query }: ExportListProps<Row>) {
  const [told, setTold] = useState('');
  const [error, setError] = useState<unknown>(null);
  const running = useRef<AbortController | null>(null);
  const [isBusy, setBusy] = useState(false);
  const run = async (): Promise<void> => {
    const control = new AbortController();
    running.current = control;
    setBusy(true);
    setError(null);
    try {
      const onRead = (rows: number): void => setTold(`${count(rows)} rows read`);
      const { rows, isCut } = await readPages(read, query, { rowsMax: ROWS_MAX, signal: control.signal, onRead });
      download(`${name.toLowerCase().replaceAll(' ', '-')}.csv`, csv(flatRows(rows)));
      setTold(`${count(rows.length)} rows saved${isCut ? '; there are more than a file takes here' : ''}`);
    } catch (thrown) {
      setTold(control.signal.aborted ? 'Stopped: nothing was saved' : '');
      if (!control.signal.aborted) setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button onClick={() => (isBusy ? running.current?.abort() : void run())}>
        <Download aria-hidden className="size-4" />
        {isBusy ? 'Stop' : 'Export CSV'}
      </Button>
      <span role="status" className="text-xs text-soft">
        {told}
      </span>
      {error !== null && <Problem error={error} />}
    </>
  );
}
