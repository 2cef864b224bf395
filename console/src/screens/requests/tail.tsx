import { type ReactNode, useState } from 'react';
import type { Answered } from '../../api/client.ts';
import type { MyRequestLine } from '../../api/gen/index.ts';
import { Button } from '../../ui/button.tsx';
import type { Filter } from '../../ui/filters.tsx';
import { count, milliseconds } from '../../ui/format.ts';
import { Listed } from '../../ui/listed.tsx';
import { Page } from '../../ui/page.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Moment, Usd } from '../../ui/shown.tsx';
import type { Column } from '../../ui/table.tsx';
import { type PageOf, usePage } from '../../ui/use-page.ts';
import { Outcome } from './outcome.tsx';

const LIVE_MS = 2_000;

/** What administrators and the user themselves see of a request. */
type Line = Pick<
  MyRequestLine,
  'admitted_at' | 'model' | 'outcome' | 'input_tokens' | 'output_tokens' | 'duration_ms' | 'amount_usd'
>;

interface TailProps<Row extends Line> {
  readonly lead: string;
  /** What is asked for anew when it was changed. */
  readonly name: string;
  readonly list: (asked: { readonly query: never; readonly signal: AbortSignal }) => Promise<Answered<PageOf<Row>>>;
  readonly filters: readonly Filter[];
  /** Whose each request is, and where it went. */
  readonly columns: readonly Column<Row>[];
  readonly story: (request: Row, onClose: () => void) => ReactNode;
}

/** The live tail of requests, and each one's story. */
export function Tail<Row extends Line>({ lead, name, list, filters, columns, story }: TailProps<Row>) {
  const [search] = useSearchState();
  const [isLive, setLive] = useState(true);
  const [opened, setOpened] = useState<Row | null>(null);
  const question = usePage([name], list, {
    liveMs: isLive && search['after'] === undefined ? LIVE_MS : false,
  });
  return (
    <Page
      title="Requests"
      lead={lead}
      actions={
        <Button aria-pressed={isLive} onClick={() => setLive(!isLive)}>
          {isLive ? 'Live' : 'Paused'}
        </Button>
      }
    >
      <Listed
        caption="Requests"
        onOpen={setOpened}
        empty="No request fits. Send one, or show all of them."
        columns={[...what, ...columns, ...howMuch]}
        {...{ question, filters }}
      />
      {opened !== null && story(opened, () => setOpened(null))}
    </Page>
  );
}

const what: readonly Column<Line>[] = [
  { title: 'Time', cell: ({ admitted_at }) => <Moment at={admitted_at} /> },
  { title: 'Model', cell: ({ model }) => model },
  { title: 'Outcome', cell: ({ outcome }) => <Outcome outcome={outcome} /> },
];

const howMuch: readonly Column<Line>[] = [
  { title: 'In', cell: ({ input_tokens }) => count(input_tokens ?? 0), isNumber: true, isMinor: true },
  { title: 'Out', cell: ({ output_tokens }) => count(output_tokens ?? 0), isNumber: true, isMinor: true },
  { title: 'Took', cell: ({ duration_ms }) => milliseconds(duration_ms ?? 0), isNumber: true, isMinor: true },
  { title: 'Cost', cell: ({ amount_usd }) => <Usd amount={amount_usd} />, isNumber: true },
];
