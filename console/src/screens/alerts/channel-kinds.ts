import { type AlertChannel, alertChannelsDelete, alertChannelsGet, alertChannelsSet } from '../../api/gen/index.ts';
import type { Input } from '../../ui/form-dialog.tsx';
import type { NamedKind } from '../../ui/named-kind.ts';

export type ChannelKind = NonNullable<AlertChannel['kind']>;

const kept = 'Empty: the one that is there stays';

interface Way {
  readonly name: ChannelKind;
  readonly title: string;
  readonly explanation: string;
  readonly inputs: readonly Input[];
}

/** The ways an alert can go. What is secret is written, and never shown again. */
export const ways: readonly Way[] = [
  {
    name: 'webhook',
    title: 'Webhook',
    explanation: 'A signed POST to an address of yours, as Standard Webhooks says.',
    inputs: [
      { name: 'url', label: 'Address', type: 'url', isRequired: true, hint: 'It stands in the log: no secrets in it' },
      {
        name: 'signing_secret',
        label: 'Signing secret',
        type: 'password',
        hint: `whsec_ and Base64. ${kept}; of a new channel one is made, and shown once`,
      },
    ],
  },
  {
    name: 'slack',
    title: 'Slack',
    explanation: 'A message to a Slack channel, by an incoming webhook.',
    inputs: [
      {
        name: 'slack_url',
        label: 'Incoming webhook',
        type: 'password',
        hint: `https://hooks.slack.com/… It is a secret. ${kept}`,
      },
    ],
  },
  {
    name: 'email',
    title: 'E-mail',
    explanation:
      'A plain message to some people. The mail server is set where the gateway is started: GATEWAY_SMTP_URL.',
    inputs: [{ name: 'addresses', label: 'Addresses', hint: `Up to 20, with commas between them. ${kept}` }],
  },
];

/** A channel of one kind. */
export function channelKind(kind: ChannelKind): NamedKind<AlertChannel> {
  const { inputs = [], explanation } = ways.find(({ name }) => name === kind) ?? {};
  return {
    what: 'alert channel',
    hasSecrets: true,
    roles: ['operator'],
    reads: ['alert-channels'],
    consequence: 'Nothing is sent to it any more. Rules that name it have to let go of it first.',
    inputs,
    lead: explanation,
    initialOf: (channel) => ({ url: channel?.url ?? '' }),
    fieldsOf: (values) => ({
      kind,
      ...Object.fromEntries(inputs.map(({ name }) => [name, values[name]?.trim() || undefined])),
    }),
    get: (asked) => alertChannelsGet(asked),
    set: (asked) => alertChannelsSet(asked),
    remove: (asked) => alertChannelsDelete(asked),
  };
}
