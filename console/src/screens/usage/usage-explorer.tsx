import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Answered, ask } from '../../api/client.ts';
import type { UsageReportLine } from '../../api/gen/index.ts';
import { Button } from '../../ui/button.tsx';
import { Chart } from '../../ui/chart.tsx';
import { csv } from '../../ui/csv.ts';
import { download } from '../../ui/download.ts';
import { SelectField } from '../../ui/field.tsx';
import { type Filter, Filters } from '../../ui/filters.tsx';
import { count } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Usd } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { overTime } from './over-time.ts';
import { type Period, periodOf, periods, spanOf } from './periods.ts';

/** A report of use, as the admin API tells it of all and of a holder. */
type Report = (asked: { readonly query: never; readonly signal: AbortSignal }) => Promise<Answered<UsageLines>>;

interface UsageLines {
  readonly lines?: UsageReportLine[];
}

interface UsageExplorerProps {
  /** Tells its answers from another report's. */
  readonly name: string;
  readonly report: Report;
  /** By what it can be added up beside days; the first is the usual one. */
  readonly groups: readonly string[];
  readonly filters: readonly Filter[];
}

const DAY = 'day';

const columns: readonly Column<UsageReportLine>[] = [
  { title: 'Of', cell: ({ value }) => value ?? <span className="text-soft">none</span> },
  { title: 'Requests', cell: ({ requests }) => count(requests ?? 0), isNumber: true },
  { title: 'Errors', cell: ({ errors }) => count(errors ?? 0), isNumber: true, isMinor: true },
  { title: 'Input tokens', cell: ({ input_tokens }) => count(input_tokens ?? 0), isNumber: true, isMinor: true },
  { title: 'Output tokens', cell: ({ output_tokens }) => count(output_tokens ?? 0), isNumber: true, isMinor: true },
  { title: 'Cost', cell: ({ amount_usd }) => <Usd amount={amount_usd} />, isNumber: true },
];

/** Numbers of a chart are for the eye: what is exact stands in the table. */
export const dollars = (value: number): string => `$${value < 1 ? value.toPrecision(2) : value.toFixed(2)}`;

/** Use over any time: as a chart, as a table, and as a file. */
export function UsageExplorer({ name, report, groups, filters }: UsageExplorerProps) {
  const [search, change] = useSearchState();
  const period = periodOf(search['period'], '30 d');
  const groupBy = search['group_by'] ?? groups[0] ?? '';
  const { period: _period, group_by: _group, ...chosen } = search;
  const span = spanOf(period, Date.now());
  const common = { ...chosen, from: span.from, ...(groupBy === DAY ? {} : { group_by: groupBy }) };
  const sums = useReport(name, report, { ...common, ...(groupBy === DAY ? { interval: DAY } : {}) });
  const times = useReport(name, report, { ...common, interval: periods[period].interval });
  const chart = useMemo(
    () => overTime(times.data?.lines ?? [], spanOf(period, span.toMs), ({ amount_usd }) => Number(amount_usd ?? 0)),
    [times.data, period, span.toMs],
  );
  const lines = groupBy === DAY ? byDay(sums.data?.lines ?? []) : (sums.data?.lines ?? []);
  return (
    <Page
      title="Usage"
      lead="Requests, tokens and cost, as the charges say."
      actions={
        <Button onClick={() => save(groupBy, lines)} disabled={lines.length === 0}>
          Download CSV
        </Button>
      }
    >
      <div className="flex flex-wrap items-end gap-2">
        <SelectField
          label="Time"
          value={period}
          onChange={(event) => change({ period: event.target.value })}
          className="w-28"
        >
          {(Object.keys(periods) as Period[]).map((each) => (
            <option key={each}>{each}</option>
          ))}
        </SelectField>
        <SelectField
          label="By"
          value={groupBy}
          onChange={(event) => change({ group_by: event.target.value })}
          className="w-36"
        >
          {[...groups, DAY].map((each) => (
            <option key={each}>{each}</option>
          ))}
        </SelectField>
        <Filters filters={filters} />
      </div>
      {sums.error !== null && <Problem error={sums.error} onRetry={() => void sums.refetch()} />}
      <Panel title="Cost over time">
        <Chart {...chart} format={dollars} />
      </Panel>
      <Panel title={`By ${groupBy}`}>
        {sums.isPending && sums.error === null ? (
          <Loading />
        ) : (
          <Table
            caption={`Usage by ${groupBy}`}
            columns={columns}
            rows={lines}
            idOf={({ value }) => value ?? ''}
            empty="Nothing was used in this time."
          />
        )}
      </Panel>
    </Page>
  );
}

function useReport(name: string, report: Report, query: object) {
  return useQuery({
    queryKey: [name, query],
    queryFn: ({ signal }) => ask(report({ query: query as never, signal })),
  });
}

/** The newest first; a day is one of UTC, as the charges have it. */
function byDay(lines: readonly UsageReportLine[]): readonly UsageReportLine[] {
  return lines.map((line) => ({ ...line, value: line.at?.slice(0, 10) ?? null })).toReversed();
}

function save(groupBy: string, lines: readonly UsageReportLine[]): void {
  const head = [groupBy, 'requests', 'errors', 'input_tokens', 'output_tokens', 'amount_usd'];
  const rows = lines.map((line) => [
    ...[line.value, line.requests, line.errors, line.input_tokens, line.output_tokens, line.amount_usd],
  ]);
  download(`usage-by-${groupBy}.csv`, csv([head, ...rows]));
}
