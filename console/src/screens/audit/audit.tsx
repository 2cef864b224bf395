import { useState } from 'react';
import { type AuditLogEntry, auditLog } from '../../api/gen/index.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Listed } from '../../ui/listed.tsx';
import { Page } from '../../ui/page.tsx';
import { Moment } from '../../ui/shown.tsx';
import type { Column } from '../../ui/table.tsx';
import { usePage } from '../../ui/use-page.ts';
import { PutBackButton } from './put-back-button.tsx';

const filters = [
  { name: 'actor', label: 'Who' },
  { name: 'kind', label: 'Kind' },
  { name: 'id', label: 'Id' },
];

const columns: readonly Column<AuditLogEntry>[] = [
  { title: 'Time', cell: ({ at }) => <Moment at={at} /> },
  { title: 'Who', cell: ({ actor, role }) => `${actor} (${role})` },
  { title: 'Action', cell: ({ action }) => action },
  { title: 'What', cell: ({ kind, id }) => <span className="break-all">{`${kind} ${id ?? ''}`}</span> },
  { title: 'From', cell: ({ address }) => address, isMinor: true },
];

/** Every action of administration, with before and after. */
export default function Audit() {
  const [opened, setOpened] = useState<AuditLogEntry | null>(null);
  const question = usePage(['audit'], (asked) => auditLog(asked));
  return (
    <Page title="Audit log" lead="Every action of administration, newest first. Nothing is ever taken out of it.">
      <Listed
        caption="Audit log"
        idOf={({ position }) => String(position)}
        onOpen={setOpened}
        empty="No action fits."
        {...{ question, filters, columns }}
      />
      {opened !== null && <Entry entry={opened} onClose={() => setOpened(null)} />}
    </Page>
  );
}

function Entry({ entry, onClose }: { readonly entry: AuditLogEntry; readonly onClose: () => void }) {
  return (
    <Dialog title={`${entry.action} ${entry.kind}`} onClose={onClose} shape="sheet">
      <Facts
        facts={[
          ['Time', <Moment key="at" at={entry.at} />],
          ['Who', `${entry.actor} (${entry.role})`],
          ['From', entry.address],
          ['Request', entry.request_id],
          ['Position in the log', entry.position],
        ]}
      />
      <PutBackButton entry={entry} />
      {(['before', 'after'] as const).map((when) => (
        <section key={when} className="flex flex-col gap-1">
          <h3 className="font-semibold">{when === 'before' ? 'Before' : 'After'}</h3>
          <pre className="overflow-x-auto rounded-md bg-sunken p-3 font-mono text-xs">{pretty(entry[when])}</pre>
        </section>
      ))}
    </Dialog>
  );
}

function pretty(json: string | null | undefined): string {
  if (!json) return 'nothing';
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
