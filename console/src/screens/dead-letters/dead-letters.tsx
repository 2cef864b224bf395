import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.ts';
import {
  type DeadLetter,
  type RetryDeadLettersResult,
  stuckEventsList,
  stuckEventsRetry,
} from '../../api/gen/index.ts';
import { useMay } from '../../session/session.tsx';
import { Button } from '../../ui/button.tsx';
import { Filters } from '../../ui/filters.tsx';
import { count } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Moment } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';

const LIVE_MS = 5_000;
const ROWS = 100;

/** What consumers of the log gave up on for now, and the way back. The events themselves stay in the log. */
export default function DeadLetters() {
  const [search] = useSearchState();
  const consumer = search['consumer'] ?? '';
  const queries = useQueryClient();
  const mayRetry = useMay('operator');
  const [isBusy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<RetryDeadLettersResult | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['dead-letters', consumer],
    queryFn: ({ signal }) => ask(stuckEventsList({ query: { limit: ROWS, consumer }, signal })),
    refetchInterval: LIVE_MS,
  });
  const letters = data?.dead_letters ?? [];
  const retry = async (body: { readonly consumer?: string; readonly position?: number }): Promise<void> => {
    setBusy(true);
    setFailure(null);
    setOutcome(null);
    await ask(stuckEventsRetry({ body })).then(setOutcome, setFailure);
    setBusy(false);
    await queries.invalidateQueries({ queryKey: ['dead-letters'] });
  };
  const retryOne = ({ consumer: of, position }: DeadLetter) => retry({ consumer: of ?? '', position: position ?? 0 });
  return (
    <Page
      title="Dead letters"
      lead="What consumers of the log gave up on for now. They are tried again by themselves, too, and nothing is done twice."
      actions={
        mayRetry && letters.length > 0 ? (
          <Button look="primary" disabled={isBusy} onClick={() => void retry({ consumer })}>
            Try all again
          </Button>
        ) : null
      }
    >
      <Filters filters={[{ name: 'consumer', label: 'Consumer', options: data?.consumers ?? [] }]} />
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {failure !== null && <Problem error={failure} />}
      {data?.unanswered?.map((why) => (
        <Problem key={why} error={`Nothing is known of ${why}`} />
      ))}
      <p role="status">{outcome !== null && toldBy(outcome)}</p>
      <Panel>
        {isPending && error === null && <Loading />}
        {data !== undefined && (
          <Table
            caption="Dead letters"
            columns={mayRetry ? [...columns, retryColumn(retryOne, isBusy)] : columns}
            rows={letters}
            idOf={(letter) => `${letter.consumer} ${letter.position}`}
            empty={`Each event has its outcome, at all ${count(data.consumers?.length ?? 0)} consumers of the log.`}
          />
        )}
      </Panel>
      {data?.is_cut === true && <p className="text-soft">More are stuck. The first usually show the cause.</p>}
    </Page>
  );
}

const columns: readonly Column<DeadLetter>[] = [
  { title: 'Consumer', cell: ({ consumer }) => consumer },
  { title: 'Event', cell: ({ event_type, position }) => `${event_type} at ${position}` },
  {
    title: 'Why',
    cell: ({ error_code, error_message }) => <span className="break-words">{`${error_code}: ${error_message}`}</span>,
  },
  {
    title: 'Request',
    cell: ({ request_id }) => <code className="text-xs break-all">{request_id}</code>,
    isMinor: true,
  },
  { title: 'Since', cell: ({ first_tried_at }) => <Moment at={first_tried_at} />, isMinor: true },
  { title: 'Tries', cell: ({ tries }) => count(tries ?? 0), isNumber: true, isMinor: true },
];

function retryColumn(retry: (letter: DeadLetter) => Promise<void>, isBusy: boolean): Column<DeadLetter> {
  return {
    title: 'Actions',
    cell: (letter) => (
      <Button disabled={isBusy} onClick={() => void retry(letter)}>
        Try again
      </Button>
    ),
  };
}

function toldBy({ succeeded = 0, stuck = 0 }: RetryDeadLettersResult): string {
  return `${count(succeeded)} have their outcome now, ${count(stuck)} are stuck still.`;
}
