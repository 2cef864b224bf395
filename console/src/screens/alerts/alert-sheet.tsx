import { useQueryClient } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { type Alert, type AlertDelivery, alertsRetry } from '../../api/gen/index.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Moment } from '../../ui/shown.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Titled } from '../../ui/titled.tsx';
import { Trial } from '../../ui/trial.tsx';
import { AlertSubject } from './alert-subject.tsx';
import { watchOf } from './watches.ts';

const tones: Readonly<Record<string, Tone>> = { delivered: 'good', failed: 'bad', pending: 'warn', firing: 'bad' };

export function StateBadge({ state }: { readonly state: string | null | undefined }) {
  return <Badge tone={tones[state ?? ''] ?? 'plain'}>{state}</Badge>;
}

const columns: readonly Column<AlertDelivery>[] = [
  { title: 'Channel', cell: ({ channel_id }) => <span className="break-words">{channel_id}</span> },
  { title: 'State', cell: ({ state }) => <StateBadge state={state} /> },
  { title: 'Attempts', cell: ({ attempts }) => attempts ?? 0, isNumber: true },
  { title: 'Why', cell: ({ reason }) => <span className="break-words">{reason}</span> },
  {
    title: 'When',
    cell: ({ at, next_attempt_at }) =>
      at || !next_attempt_at ? (
        <Moment at={at} />
      ) : (
        <>
          next <Moment at={next_attempt_at} />
        </>
      ),
    isMinor: true,
  },
];

/** One alert: what was measured, and where it was sent. */
export function AlertSheet({ alert, onClose }: { readonly alert: Alert; readonly onClose: () => void }) {
  const queries = useQueryClient();
  const { id, rule_id, kind, summary, threshold, state, raised_at, resolved_at, facts = {}, deliveries = [] } = alert;
  const retry = async (): Promise<string> => {
    await ask(alertsRetry({ path: { id: id ?? '' } }));
    await queries.invalidateQueries({ queryKey: ['alerts'] });
    return 'It is sent again.';
  };
  return (
    <Dialog title={summary ?? 'An alert'} onClose={onClose} shape="sheet">
      <Facts
        facts={[
          ['State', <StateBadge key="state" state={state} />],
          ['Watched', watchOf(kind)?.title ?? kind],
          ['Rule', rule_id],
          ['About', <AlertSubject key="subject" alert={alert} />],
          ['Threshold', threshold],
          ...Object.entries(facts).map(([name, value]) => [name.replaceAll('_', ' '), value] as const),
          ['Raised', <Moment key="raised" at={raised_at} />],
          ['Over', resolved_at && <Moment key="over" at={resolved_at} />],
          ['Id', <code key="id">{id}</code>],
        ]}
      />
      <Titled title="Where it was sent">
        <Table
          caption="Where it was sent"
          columns={columns}
          rows={deliveries}
          idOf={({ channel_id }) => channel_id ?? ''}
          empty="Nowhere: its rule named no channel."
        />
      </Titled>
      {deliveries.some((each) => each.state !== 'delivered') && (
        <span className="flex flex-wrap gap-2">
          <Trial label="Send again" roles={['operator']} run={retry} />
        </span>
      )}
    </Dialog>
  );
}
