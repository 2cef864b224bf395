import { useState } from 'react';
import { type RequestLine, requestsList } from '../../api/gen/index.ts';
import { Button } from '../../ui/button.tsx';
import { count, milliseconds } from '../../ui/format.ts';
import { Listed } from '../../ui/listed.tsx';
import { Page } from '../../ui/page.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Moment, Usd } from '../../ui/shown.tsx';
import type { Column } from '../../ui/table.tsx';
import { usePage } from '../../ui/use-page.ts';
import { Outcome } from './outcome.tsx';
import { outcomes } from './outcomes.ts';
import { RequestStory } from './request-story.tsx';

const LIVE_MS = 2_000;

const filters = [
  { name: 'user_id', label: 'User' },
  { name: 'key_id', label: 'Key' },
  { name: 'model', label: 'Model' },
  { name: 'provider', label: 'Provider' },
  { name: 'outcome', label: 'Outcome', options: outcomes },
  { name: 'session', label: 'Session' },
  { name: 'tag', label: 'Tag' },
  { name: 'request_id', label: 'Request' },
];

const columns: readonly Column<RequestLine>[] = [
  { title: 'Time', cell: ({ admitted_at }) => <Moment at={admitted_at} /> },
  { title: 'Model', cell: ({ model }) => model },
  { title: 'Outcome', cell: ({ outcome }) => <Outcome outcome={outcome} /> },
  { title: 'User', cell: ({ user_id }) => <span className="font-mono text-xs">{user_id}</span>, isMinor: true },
  { title: 'Provider', cell: ({ provider }) => provider, isMinor: true },
  { title: 'In', cell: ({ input_tokens }) => count(input_tokens ?? 0), isNumber: true, isMinor: true },
  { title: 'Out', cell: ({ output_tokens }) => count(output_tokens ?? 0), isNumber: true, isMinor: true },
  { title: 'Took', cell: ({ duration_ms }) => milliseconds(duration_ms ?? 0), isNumber: true, isMinor: true },
  { title: 'Cost', cell: ({ amount_usd }) => <Usd amount={amount_usd} />, isNumber: true },
];

/** The live tail of requests, and each one's story. */
export default function Requests() {
  const [search] = useSearchState();
  const [isLive, setLive] = useState(true);
  const [opened, setOpened] = useState<RequestLine | null>(null);
  const question = usePage(['requests'], (asked) => requestsList(asked), {
    liveMs: isLive && search['after'] === undefined ? LIVE_MS : false,
  });
  return (
    <Page
      title="Requests"
      lead="Every request that was admitted, newest first."
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
        {...{ question, filters, columns }}
      />
      {opened !== null && <RequestStory request={opened} onClose={() => setOpened(null)} />}
    </Page>
  );
}
