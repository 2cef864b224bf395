import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { auditMoment } from '../../api/gen/index.ts';
import { useSession } from '../../session/session.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Empty, Loading, Problem } from '../../ui/states.tsx';
import { useView, Views } from '../../ui/views.tsx';
import { BalancesAt } from './balances-at.tsx';
import { historyKinds } from './history-kinds.ts';
import { MomentFacts } from './moment-facts.tsx';
import { ResourcesAt } from './resources-at.tsx';
import { TimeSlider } from './time-slider.tsx';
import { useSettled } from './use-settled.ts';

/** Before any log: what it tells is when the log begins and ends. */
const BEFORE = '1970-01-01T00:00:00Z';

/** What the gateway's state was at any time of its log. */
export default function History() {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['history', 'ends'],
    queryFn: ({ signal }) => ask(auditMoment({ query: { at: BEFORE }, signal })),
  });
  return (
    <Page
      title="State at a time"
      lead="Balances and every resource as they were, by the log up to that time. Nothing is changed by looking."
    >
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {isPending && error === null && <Loading what="Looking up when the log began" />}
      {data?.head_at && data.first_at && <AtTime firstAt={data.first_at} lastAt={data.head_at} />}
      {data !== undefined && !data.head_at && <Empty title="The log has no event yet." />}
    </Page>
  );
}

function AtTime({ firstAt, lastAt }: { readonly firstAt: string; readonly lastAt: string }) {
  const [search, change] = useSearchState();
  const asked = Date.parse(search['at'] ?? lastAt);
  const given = Number.isNaN(asked) ? Date.parse(lastAt) : asked;
  const [atMs, setAtMs] = useSettled(given, (ms) => change({ at: new Date(ms).toISOString(), after: '' }));
  const at = new Date(given).toISOString();
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['history', 'moment', at],
    queryFn: ({ signal }) => ask(auditMoment({ query: { at }, signal })),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <Panel>
        <TimeSlider firstMs={Date.parse(firstAt)} lastMs={Date.parse(lastAt)} atMs={atMs} onChange={setAtMs} />
        <div className="border-t border-line" aria-busy={isFetching || atMs !== given}>
          {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
          {data === undefined && error === null && <Loading what="Looking up the position" />}
          {data !== undefined && error === null && <MomentFacts moment={data} />}
        </div>
      </Panel>
      {error === null && <What at={at} />}
    </>
  );
}

function What({ at }: { readonly at: string }) {
  const { role } = useSession();
  const kinds = historyKinds.filter(({ readers }) => role === 'owner' || readers.includes(role));
  const views = [['balances', 'Balances'] as const, ...kinds.map(({ kind, title }) => [kind, title] as const)];
  const view = useView(views);
  const kind = kinds.find((each) => each.kind === view);
  return (
    <>
      <Views label="What is shown" views={views} kept={['at']} />
      {kind === undefined ? <BalancesAt at={at} /> : <ResourcesAt key={kind.kind} at={at} kind={kind} />}
    </>
  );
}
