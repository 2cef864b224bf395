import { useState } from 'react';
import { type Alert, alertsList } from '../../api/gen/index.ts';
import { Asked } from '../../ui/asked.tsx';
import { Listed } from '../../ui/listed.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Moment } from '../../ui/shown.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { usePage } from '../../ui/use-page.ts';
import { AlertSheet, StateBadge } from './alert-sheet.tsx';
import { AlertSubject } from './alert-subject.tsx';
import { LIVE_MS, useFiring } from './use-firing.ts';
import { watchNames } from './watches.ts';

const filters = [
  { name: 'rule', label: 'Rule' },
  { name: 'kind', label: 'Watches', options: watchNames },
  { name: 'state', label: 'State', options: ['firing', 'resolved'] },
];

const columns: readonly Column<Alert>[] = [
  { title: 'What', cell: ({ summary, kind }) => <span className="break-words">{summary || kind}</span> },
  { title: 'About', cell: (alert) => <AlertSubject alert={alert} /> },
  { title: 'Threshold', cell: ({ threshold }) => threshold, isNumber: true, isMinor: true },
  { title: 'Rule', cell: ({ rule_id }) => <span className="break-words">{rule_id}</span>, isMinor: true },
  { title: 'Raised', cell: ({ raised_at }) => <Moment at={raised_at} />, isMinor: true },
  { title: 'Sent', cell: (alert) => sentOf(alert), isMinor: true },
];

const stateColumn: Column<Alert> = { title: 'State', cell: ({ state }) => <StateBadge state={state} /> };

/** What fires now, and what was raised before. */
export function Raised() {
  const firing = useFiring();
  const question = usePage(['alerts', 'history'], (asked) => alertsList(asked), { liveMs: LIVE_MS });
  const [openedId, setOpenedId] = useState('');
  // As it is by now: its deliveries go on while it is looked at.
  const opened = [...(firing.data?.data ?? []), ...(question.data?.data ?? [])].find(({ id }) => id === openedId);
  const open = ({ id }: Alert): void => setOpenedId(id ?? '');
  return (
    <>
      <Panel title="Firing now">
        <Asked question={firing}>
          {({ data, has_more }) => (
            <>
              <Table
                caption="Firing now"
                columns={columns}
                rows={data}
                idOf={({ id }) => id ?? ''}
                onOpen={open}
                empty="All is well, as far as the rules look."
              />
              {has_more && <p className="p-4 text-soft">And more: narrow the history by its state.</p>}
            </>
          )}
        </Asked>
      </Panel>
      <Listed
        title="History"
        caption="History"
        filters={filters}
        columns={[stateColumn, ...columns].toSorted((a, b) => Number(b === columns[0]) - Number(a === columns[0]))}
        question={question}
        onOpen={open}
        empty="No alert fits. Each that a rule raises stays here."
      />
      {opened !== undefined && <AlertSheet alert={opened} onClose={() => setOpenedId('')} />}
    </>
  );
}

function sentOf({ deliveries = [] }: Alert): string {
  if (deliveries.length === 0) return 'nowhere';
  const sent = deliveries.filter(({ state }) => state === 'delivered').length;
  return `${sent} of ${deliveries.length}`;
}
