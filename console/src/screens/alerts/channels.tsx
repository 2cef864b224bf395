import { ask } from '../../api/client.ts';
import {
  type AlertChannel,
  alertChannelsGet,
  alertChannelsList,
  alertChannelsTest,
  alertChannelsUpdate,
} from '../../api/gen/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { milliseconds } from '../../ui/format.ts';
import { Listed } from '../../ui/listed.tsx';
import { Opens } from '../../ui/opens.tsx';
import { ResourceActions } from '../../ui/resource-actions.tsx';
import type { Column } from '../../ui/table.tsx';
import { Trial } from '../../ui/trial.tsx';
import { Turn } from '../../ui/turn.tsx';
import { usePage } from '../../ui/use-page.ts';
import { channelKind, ways } from './channel-kinds.ts';
import { NewChannel } from './new-channel.tsx';

const filters = [
  { name: 'kind', label: 'Kind', options: ways.map(({ name }) => name) },
  { name: 'status', label: 'Status', options: ['active', 'disabled'] },
];

const columns: readonly Column<AlertChannel>[] = [
  { title: 'Channel', cell: ({ id }) => <span className="break-words">{id}</span> },
  { title: 'Kind', cell: ({ kind }) => ways.find(({ name }) => name === kind)?.title ?? kind },
  {
    title: 'Sends to',
    cell: ({ hosts = [] }) => <span className="break-words">{hosts.join(', ')}</span>,
    isMinor: true,
  },
  {
    title: 'Status',
    cell: ({ status }) => <Badge tone={status === 'disabled' ? 'warn' : 'good'}>{onOff(status)}</Badge>,
  },
  { title: 'Actions', cell: (channel) => <Actions channel={channel} /> },
];

/** Where alerts are sent to. */
export function Channels() {
  const question = usePage(['alert-channels'], (asked) => alertChannelsList(asked));
  return (
    <Listed
      title="Channels"
      caption="Channels"
      actions={
        <Opens label="New channel" roles={['operator']}>
          {(close) => <NewChannel onClose={close} />}
        </Opens>
      }
      empty="Nothing is sent before there is a channel: a webhook, Slack, or e-mail."
      {...{ question, filters, columns }}
    />
  );
}

function Actions({ channel: { id: named, kind, status } }: { readonly channel: AlertChannel }) {
  const id = named ?? '';
  const of = channelKind(kind ?? 'webhook');
  const isOn = status !== 'disabled';
  const test = async (): Promise<string> => {
    const { ok, status: code, duration_ms, message } = await ask(alertChannelsTest({ path: { id } }));
    const answer = [code ? `${code}` : '', message ?? ''].filter(Boolean).join(': ');
    return `${ok ? 'Taken' : 'Not taken'} in ${milliseconds(duration_ms ?? 0)}. ${answer}`;
  };
  return (
    <ResourceActions kind={of} id={id}>
      <Trial label="Test" name={`Test ${id}`} roles={of.roles} run={test} />
      <Turn
        label={isOn ? 'Turn off' : 'Turn on'}
        from={status}
        to={isOn ? 'disabled' : 'active'}
        get={(asked) => alertChannelsGet(asked)}
        update={(asked) => alertChannelsUpdate(asked)}
        {...{ id, roles: of.roles, reads: of.reads }}
      />
    </ResourceActions>
  );
}

export function onOff(status: string | null | undefined): string {
  return status === 'disabled' ? 'off' : 'on';
}
