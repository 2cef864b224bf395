import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { type FieldDifference, historyResource } from '../../api/gen/index.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Moment } from '../../ui/shown.tsx';
import { Loading, Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Titled } from '../../ui/titled.tsx';

const columns: readonly Column<FieldDifference>[] = [
  { title: 'Field', cell: ({ field }) => field },
  { title: 'Then', cell: ({ was }) => <code className="text-xs break-all">{was ?? 'not set'}</code> },
  { title: 'Now', cell: ({ now }) => <code className="text-xs break-all">{now ?? 'not set'}</code> },
];

interface ResourceThenProps {
  readonly kind: string;
  readonly id: string;
  readonly at: string;
  readonly onClose: () => void;
}

/** One resource as it was, and what is different now. */
export function ResourceThen({ kind, id, at, onClose }: ResourceThenProps) {
  const query = { kind, id, at };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['history', 'resource', query],
    queryFn: ({ signal }) => ask(historyResource({ query, signal })),
  });
  const then = data?.resource;
  return (
    <Dialog title={`${kind} ${id}`} onClose={onClose} shape="sheet">
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {isPending && error === null && <Loading />}
      {data !== undefined && (
        <>
          <Facts
            facts={[
              ['Time', <Moment key="at" at={at} />],
              ['Made so', then?.changed_at ? <Moment key="made" at={then.changed_at} /> : ''],
              ['By', then?.actor ? `${then.actor} (${then.action})` : ''],
              ['Position of that', then?.position || ''],
            ]}
          />
          <Titled title="Different now">
            {data.document_now ? (
              <Table
                caption="Different now"
                columns={columns}
                rows={data.differences ?? []}
                idOf={({ field }) => field ?? ''}
                empty="It is the same now."
              />
            ) : (
              <p>It is no more.</p>
            )}
          </Titled>
          <Titled title="As it was">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached without a mouse */}
            <pre tabIndex={0} className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs">
              {pretty(then?.document)}
            </pre>
          </Titled>
        </>
      )}
    </Dialog>
  );
}

function pretty(json: string | null | undefined): string {
  return json ? JSON.stringify(JSON.parse(json), null, 2) : 'nothing';
}
