import type { ResourceOf } from '#registry/kinds.ts';

export type Provider = ResourceOf<'provider'>;
export type Account = Provider['accounts'][number];

/** Whether a provider's own key would go another way than before: to another host, or past somebody else who could read it. */
export function isMoved(next: Provider, before: Provider | undefined): boolean {
  if (before === undefined) return false;
  const known = hostsOf(before);
  return (
    isOtherWay(next, before) ||
    originOf(next.baseUrl) !== originOf(before.baseUrl) ||
    hostsOf(next).some((origin) => !known.includes(origin))
  );
}

/** The same of the key of one of its accounts. */
export function isAccountMoved(
  [account, next]: readonly [Account, Provider],
  [earlier, before]: readonly [Account, Provider],
): boolean {
  return isOtherWay(next, before) || originOf(addressOf(account, next)) !== originOf(addressOf(earlier, before));
}

/** Of several accounts of one id, the first. */
export function accountNamed(provider: Provider | undefined, id: string): Account | undefined {
  return provider?.accounts.find((account) => account.id === id);
}

/** Whether it is spoken to otherwise, whatever the address. */
function isOtherWay(next: Provider, before: Provider): boolean {
  return (
    next.kind !== before.kind ||
    originOf(next.proxyUrl) !== originOf(before.proxyUrl) ||
    next.caCertificates !== before.caCertificates
  );
}

/** Where its own key goes: to accounts without a key as well. */
function hostsOf(provider: Provider): readonly string[] {
  const others = provider.accounts.filter((account) => account.baseUrl !== '' && !hasKey(account));
  return [provider.baseUrl, ...others.map((account) => account.baseUrl)].map(originOf);
}

function hasKey({ apiKey, apiKeyRef, sealedApiKey }: Account): boolean {
  return apiKey !== '' || apiKeyRef !== '' || sealedApiKey !== '';
}

function addressOf(account: Account, provider: Provider): string {
  return account.baseUrl || provider.baseUrl;
}

/** A text that is no URL is its own origin: the fields are checked only after the defaults are set. */
function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
