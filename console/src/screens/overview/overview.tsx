import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { ask } from '../../api/client.ts';
import { providersHealth, type UsageReportData, usageReport } from '../../api/gen/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Chart } from '../../ui/chart.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Figure } from '../../ui/figure.tsx';
import { count, milliseconds, shortCount } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Usd } from '../../ui/shown.tsx';
import { Empty, Loading, Problem } from '../../ui/states.tsx';
import { healthOf } from '../providers/health-of.ts';
import { overTime } from '../usage/over-time.ts';
import { type Period, periodOf, periods, spanOf } from '../usage/periods.ts';
import { Runways, useRunways } from './runways.tsx';

const LIVE_MS = 5_000;

function useReport(query: NonNullable<UsageReportData['query']>) {
  return useQuery({
    queryKey: ['usage', query],
    queryFn: ({ signal }) => ask(usageReport({ query, signal })),
    refetchInterval: LIVE_MS,
  });
}

/** How the gateway does now. */
export default function Overview() {
  const [search, change] = useSearchState();
  const period = periodOf(search['period'], '24 h');
  const { from, toMs } = spanOf(period, Date.now());
  const total = useReport({ from });
  const times = useReport({ from, interval: periods[period].interval });
  const requests = useMemo(
    () => overTime(times.data?.lines ?? [], spanOf(period, toMs), (line) => line.requests ?? 0),
    [times.data, period, toMs],
  );
  const runways = useRunways();
  const sum = total.data?.lines?.[0];
  return (
    <Page
      title="Overview"
      actions={
        <SelectField
          label="Time"
          isLabelHidden
          value={period}
          onChange={(event) => change({ period: event.target.value })}
          className="w-28"
        >
          {(Object.keys(periods) as Period[]).map((each) => (
            <option key={each}>{each}</option>
          ))}
        </SelectField>
      }
    >
      {total.error !== null && <Problem error={total.error} onRetry={() => void total.refetch()} />}
      <dl className="grid grid-cols-2 gap-3 md:grid-cols-3 2xl:grid-cols-6">
        <Figure name="Spend">
          <Usd amount={sum?.amount_usd ?? '0'} />
        </Figure>
        <Figure name="Held now">
          <Usd amount={runways.data?.held_usd ?? '0'} />
        </Figure>
        <Figure name="Requests">{count(sum?.requests ?? 0)}</Figure>
        <Figure name="Not answered whole">{count(sum?.errors ?? 0)}</Figure>
        <Figure name="Tokens">{shortCount((sum?.input_tokens ?? 0) + (sum?.output_tokens ?? 0))}</Figure>
        <Figure name="First byte, mean">{milliseconds(sum?.first_byte_ms ?? 0)}</Figure>
      </dl>
      <Panel title="Requests over time">
        {times.data !== undefined && requests.series.length === 0 ? (
          <Empty title="No requests in this time">
            <Link to="/requests" className="text-accent hover:underline">
              All requests
            </Link>
          </Empty>
        ) : (
          <Chart {...requests} format={shortCount} />
        )}
      </Panel>
      <Runways />
      <Providers />
    </Page>
  );
}

function Providers() {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['provider-health'],
    queryFn: ({ signal }) => ask(providersHealth({ signal })),
    refetchInterval: LIVE_MS,
  });
  return (
    <Panel title="Providers">
      {isPending && error === null && <Loading />}
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data !== undefined && (
        <ul className="flex flex-wrap gap-2 p-4">
          {(data.providers ?? []).map((provider) => (
            <li
              key={provider.id}
              className="flex items-center gap-2 rounded-md border border-line px-3 py-1"
              title={provider.reason ?? ''}
            >
              {provider.id}
              <Badge tone={healthOf(provider).tone}>{healthOf(provider).word}</Badge>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
