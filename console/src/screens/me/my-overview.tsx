import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ask } from '../../api/client.ts';
import { type GetMeResult, meUsage, type UsageReportLine } from '../../api/gen/index.ts';
import { Asked } from '../../ui/asked.tsx';
import { Chart } from '../../ui/chart.tsx';
import { Figure } from '../../ui/figure.tsx';
import { count, lasting, shortCount } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Usd } from '../../ui/shown.tsx';
import { Empty } from '../../ui/states.tsx';
import { overTime } from '../usage/over-time.ts';
import { spanOf } from '../usage/periods.ts';
import { dollars } from '../usage/usage-explorer.tsx';
import { MyLimits } from './my-limits.tsx';
import { PayerNote } from './payer-note.tsx';
import { useMe } from './use-me.ts';

const LIVE_MS = 10_000;
const PERIOD = '30 d';

/** What a key holder has, and what they use. */
export default function MyOverview() {
  const question = useMe();
  return (
    <Page title="Overview" lead={question.data?.name}>
      <Asked question={question}>{(me) => <Shown me={me} />}</Asked>
      <MyLimits />
    </Page>
  );
}

function Shown({ me }: { readonly me: GetMeResult }) {
  const span = spanOf(PERIOD, Date.now());
  const query = { from: span.from, interval: 'day' } as const;
  const days = useQuery({
    queryKey: ['my-usage', query],
    queryFn: ({ signal }) => ask(meUsage({ query, signal })),
    refetchInterval: LIVE_MS,
  });
  const lines = days.data?.lines;
  const chart = useMemo(
    () => overTime(lines ?? [], spanOf(PERIOD, span.toMs), ({ amount_usd }) => Number(amount_usd ?? 0)),
    [lines, span.toMs],
  );
  return (
    <>
      <PayerNote me={me} />
      <Figures me={me} today={todayIn(lines ?? [])} />
      <Panel title="Cost of the last 30 days">
        {lines?.length === 0 ? (
          <Empty title="Nothing was used in the last 30 days" />
        ) : (
          <Chart {...chart} format={dollars} />
        )}
      </Panel>
    </>
  );
}

function Figures({ me, today }: { readonly me: GetMeResult; readonly today: UsageReportLine | undefined }) {
  const { spent_per_day_usd, hours_left = 0 } = me;
  const isSpending = Number(spent_per_day_usd ?? 0) > 0;
  return (
    <dl className="grid grid-cols-2 gap-3 lg:grid-cols-5">
      <Figure name="Available">
        <Usd amount={me.available_usd} />
      </Figure>
      <Figure name="Lasts">{isSpending ? lasting(hours_left) : <span className="text-soft">–</span>}</Figure>
      <Figure name="Cost today (UTC)">
        <Usd amount={today?.amount_usd ?? '0'} />
      </Figure>
      <Figure name="Requests today">{count(today?.requests ?? 0)}</Figure>
      <Figure name="Tokens today">{shortCount((today?.input_tokens ?? 0) + (today?.output_tokens ?? 0))}</Figure>
    </dl>
  );
}

/** Days are those of UTC, as the charges have them. */
function todayIn(lines: readonly UsageReportLine[]): UsageReportLine | undefined {
  const today = new Date().toISOString().slice(0, 10);
  return lines.find(({ at }) => at?.startsWith(today));
}
