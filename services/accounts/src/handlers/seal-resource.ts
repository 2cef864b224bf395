import { accountKeyOf, alertSecretOf, providerKeyOf } from '#master-key/master-key.ts';
import type { AnyResource, ResourceOf } from '#registry/kinds.ts';
import type { Ports, UserSeals } from '../ports.ts';

/** A resource with its sealed fields open. */
export async function opened(
  userSeals: UserSeals,
  resource: AnyResource | undefined,
): Promise<AnyResource | undefined> {
  return resource?.case === 'user' ? { case: 'user', value: await userSeals.open(resource.value) } : resource;
}

/**
 * A resource as the log may have it: personal data under the user's key, secrets under the master key.
 *
 * @param before The resource before, open.
 */
export async function sealed(
  { userSeals, sealSecret }: Pick<Ports, 'userSeals' | 'sealSecret'>,
  resource: AnyResource,
  before: AnyResource | undefined,
): Promise<AnyResource> {
  if (resource.case === 'user') {
    const earlier = before?.case === 'user' ? before.value : undefined;
    return { case: 'user', value: await userSeals.seal(resource.value, earlier) };
  }
  if (resource.case === 'alertChannel')
    return { case: 'alertChannel', value: channelSealed(resource.value, sealSecret) };
  if (resource.case !== 'provider') return resource;
  const { id, accounts } = resource.value;
  const value = {
    ...withKeySealed(resource.value, (key) => sealSecret(key, providerKeyOf(id))),
    accounts: accounts.map((account) => withKeySealed(account, (key) => sealSecret(key, accountKeyOf(id, account.id)))),
  };
  return { case: 'provider', value };
}

type Channel = ResourceOf<'alertChannel'>;

/** What is not given leaves what is sealed as it is. */
function channelSealed(channel: Channel, sealSecret: Ports['sealSecret']): Channel {
  const seal = (field: 'signing_secret' | 'slack_url' | 'addresses', secret: string, kept: string): string =>
    secret === '' ? kept : sealSecret(secret, alertSecretOf(channel.id, field), field);
  return {
    ...channel,
    signingSecret: '',
    sealedSigningSecret: seal('signing_secret', channel.signingSecret, channel.sealedSigningSecret),
    slackUrl: '',
    sealedSlackUrl: seal('slack_url', channel.slackUrl, channel.sealedSlackUrl),
    addresses: '',
    sealedAddresses: seal('addresses', channel.addresses, channel.sealedAddresses),
  };
}

/** A key that is not given leaves the sealed one as it is. */
function withKeySealed<T extends { readonly apiKey: string; readonly sealedApiKey: string }>(
  place: T,
  seal: (key: string) => string,
): T {
  return place.apiKey === '' ? place : { ...place, apiKey: '', sealedApiKey: seal(place.apiKey) };
}
