import { formats } from '#admin-api/formats.ts';
import { Format } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { isMetadataHost } from '#kernel/metadata-hosts.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { KindRules } from '../kind-rules.ts';

type Channel = ResourceOf<'alertChannel'>;

/** As Standard Webhooks has it: "whsec_" and 24 to 64 bytes in Base64. */
const SIGNING_SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
const SECRET_MIN_BYTES = 24;
const SECRET_MAX_BYTES = 64;

/** A mail to more people is a list's, and the list has an address. */
const ADDRESSES_MAX = 20;

/** The fields that a kind of channel has; each of them is needed. */
const fieldsOf: Readonly<Record<string, readonly (readonly [written: Written, sealed: Sealed])[]>> = {
  webhook: [
    ['url', 'url'],
    ['signingSecret', 'sealedSigningSecret'],
  ],
  slack: [['slackUrl', 'sealedSlackUrl']],
  email: [['addresses', 'sealedAddresses']],
};

type Written = 'url' | 'signingSecret' | 'slackUrl' | 'addresses';
type Sealed = 'url' | 'sealedSigningSecret' | 'sealedSlackUrl' | 'sealedAddresses';

const nameOf: Readonly<Record<Written, string>> = {
  url: 'url',
  signingSecret: 'signing_secret',
  slackUrl: 'slack_url',
  addresses: 'addresses',
};

/** Channels of alerts: each has what its kind needs, and no field of another kind. Secrets that are not given stay as they are. */
export const alertChannelRules: KindRules<'alertChannel'> = {
  settle(next, before) {
    const { sealedSigningSecret = '', sealedSlackUrl = '', sealedAddresses = '' } = before ?? {};
    const settled = { ...next, sealedSigningSecret, sealedSlackUrl, sealedAddresses };
    return {
      ...settled,
      status: next.status === '' ? 'active' : next.status,
      hosts: [...hostsOf(settled, before)],
    };
  },
  problem: (next, before) =>
    fieldsProblem(next) ??
    secretProblem(next) ??
    addressesProblem(next) ??
    hostProblem(next) ??
    movedProblem(next, before),
};

/** The addresses of a channel for e-mail. */
export function addressesIn(text: string): readonly string[] {
  return text
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
}

/** Whom a secret is known to: the host of a URL, the domain of an address. */
function hostsOf({ url, slackUrl, addresses }: Channel, before: Channel | undefined): readonly string[] {
  if (addresses !== '') {
    return [
      ...new Set(addressesIn(addresses).map((address) => address.slice(address.lastIndexOf('@') + 1).toLowerCase())),
    ];
  }
  const address = url === '' ? slackUrl : url;
  return address === '' ? (before?.hosts ?? []) : [hostOf(address)];
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}

function fieldsProblem(channel: Channel): Refusal | undefined {
  const own = fieldsOf[channel.kind] ?? [];
  for (const [written, sealed] of own) {
    if (channel[written] !== '' || channel[sealed] !== '') continue;
    return invalid(`'${nameOf[written]}' is required of a channel of the kind ${channel.kind}.`, nameOf[written]);
  }
  const names = new Set(own.map(([written]) => written));
  const other = (Object.keys(nameOf) as Written[]).find((name) => channel[name] !== '' && !names.has(name));
  if (other === undefined) return undefined;
  return invalid(`'${nameOf[other]}' is not for channels of the kind ${channel.kind}.`, nameOf[other]);
}

function secretProblem({ signingSecret }: Channel): Refusal | undefined {
  if (signingSecret === '') return undefined;
  const bytes = Buffer.from(SIGNING_SECRET.exec(signingSecret)?.[1] ?? '', 'base64').length;
  if (bytes >= SECRET_MIN_BYTES && bytes <= SECRET_MAX_BYTES) return undefined;
  const message = `'signing_secret' must be "whsec_" and ${SECRET_MIN_BYTES} to ${SECRET_MAX_BYTES} random bytes in Base64.`;
  return invalid(message, 'signing_secret');
}

function addressesProblem({ addresses }: Channel): Refusal | undefined {
  const given = addressesIn(addresses);
  if (addresses !== '' && given.length === 0) return invalid("'addresses' must name an e-mail address.", 'addresses');
  if (given.length > ADDRESSES_MAX) {
    return invalid(`'addresses' must be at most ${ADDRESSES_MAX}: give the address of a list.`, 'addresses');
  }
  // Which one it is would be told in an answer and a log line: the field is a secret.
  const isWrong = given.some((address) => !formats[Format.EMAIL].fits(address, {}) || /[<>"()\p{Cc}]/u.test(address));
  return isWrong ? invalid("'addresses' must be e-mail addresses with commas between.", 'addresses') : undefined;
}

function hostProblem(channel: Channel): Refusal | undefined {
  for (const name of ['url', 'slackUrl'] as const) {
    const url = channel[name];
    if (!URL.canParse(url) || !isMetadataHost(new URL(url).hostname)) continue;
    const field = nameOf[name];
    return invalid(`'${field}' must not be a link-local address or a cloud's metadata service.`, field);
  }
  return undefined;
}

/** Whoever moves a webhook elsewhere gives its secret anew, so that nobody gets messages under a secret they do not know. */
function movedProblem(next: Channel, before: Channel | undefined): Refusal | undefined {
  if (before === undefined || next.url === before.url || next.signingSecret !== '') return undefined;
  if (hostOf(next.url) === hostOf(before.url)) return undefined;
  return invalid("With another host the webhook has another receiver: give 'signing_secret' anew.", 'signing_secret');
}
