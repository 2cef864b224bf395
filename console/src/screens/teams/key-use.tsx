import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { type UsageReportLine, usageReport } from '../../api/gen/index.ts';
import { Asked } from '../../ui/asked.tsx';
import { count } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { Usd } from '../../ui/shown.tsx';
import { type Column, Table } from '../../ui/table.tsx';

/** Numbers of a report over requests, beside what the line is of. */
export const usageColumns: readonly Column<UsageReportLine>[] = [
  { title: 'Requests', cell: ({ requests }) => count(requests ?? 0), isNumber: true },
  { title: 'Errors', cell: ({ errors }) => count(errors ?? 0), isNumber: true, isMinor: true },
  { title: 'Input tokens', cell: ({ input_tokens }) => count(input_tokens ?? 0), isNumber: true, isMinor: true },
  { title: 'Output tokens', cell: ({ output_tokens }) => count(output_tokens ?? 0), isNumber: true, isMinor: true },
  { title: 'Cost', cell: ({ amount_usd }) => <Usd amount={amount_usd} />, isNumber: true },
];

const columns: readonly Column<UsageReportLine>[] = [
  { title: 'Key', cell: ({ value }) => <code className="text-xs break-all">{value ?? 'none'}</code> },
  ...usageColumns,
];

/** What the keys of a team's members used in the last 30 days, the dearest first. */
export function KeyUse({ teamId }: { readonly teamId: string }) {
  const question = useQuery({
    queryKey: ['usage', 'keys', teamId],
    queryFn: ({ signal }) => ask(usageReport({ query: { team_id: teamId, group_by: 'key' }, signal })),
  });
  return (
    <Panel title="Use by key, last 30 days">
      <Asked question={question}>
        {({ lines = [] }) => (
          <Table
            caption="Use by key"
            columns={columns}
            rows={lines}
            idOf={({ value }) => value ?? ''}
            empty="No request ran for this team."
          />
        )}
      </Asked>
    </Panel>
  );
}
