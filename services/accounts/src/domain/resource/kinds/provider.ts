import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { isMetadataHost } from '#kernel/metadata-hosts.ts';
import { headersFault } from '#kernel/sendable-headers.ts';
import type { KindRules } from '../kind-rules.ts';
import { type Account, accountNamed, isAccountMoved, isMoved, type Provider } from './provider-place.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Providers. A key that was given stays until another one, or a reference to one, takes its place. It stays with the host it was
 * given for: whoever moves a provider elsewhere gives the key anew, so that nobody gets a key they do not know.
 */
export const providerRules: KindRules<'provider'> = {
  settle(wished, before, { source }) {
    const accounts = wished.accounts.map((account) => withKeptKey(account, wished, before));
    const next = { ...wished, accounts };
    return {
      ...next,
      status: next.status === '' ? 'active' : next.status,
      sealedApiKey: next.apiKeyRef === '' && !isMoved(next, before) ? (before?.sealedApiKey ?? '') : '',
      source,
    };
  },
  problem: (next, before, { keyReferenceFault }, fields) =>
    keyProblem(next, before, fields) ??
    accountKeyProblem(next, before, fields) ??
    placeProblem(next, before, keyReferenceFault) ??
    hostProblem(next, before) ??
    headersProblem(next, before) ??
    proxyProblem(next, before) ??
    http2Problem(next, before),
};

function keyProblem(next: Provider, before: Provider | undefined, fields: readonly string[]): Refusal | undefined {
  if (next.apiKeyRef === '') return undefined;
  if (next.apiKey !== '') return invalid("Give 'api_key' or 'api_key_ref', and not both.", 'api_key');
  const isGiven = fields.length === 0 || fields.includes('api_key_ref');
  if (isGiven || before === undefined || !isMoved(next, before)) return undefined;
  const message =
    "With another kind, host, proxy or authority the key goes elsewhere: give 'api_key_ref' in the same command.";
  return invalid(message, 'api_key_ref');
}

/** The account with the key that was sealed before, or with none: what a caller gives as sealed is nothing. */
function withKeptKey(account: Account, next: Provider, before: Provider | undefined): Account {
  const earlier = accountNamed(before, account.id);
  const isKept =
    account.apiKeyRef === '' &&
    before !== undefined &&
    earlier !== undefined &&
    !isAccountMoved([account, next], [earlier, before]);
  return { ...account, sealedApiKey: isKept ? earlier.sealedApiKey : '' };
}

function accountKeyProblem(
  next: Provider,
  before: Provider | undefined,
  fields: readonly string[],
): Refusal | undefined {
  const isGiven = fields.length === 0 || fields.includes('accounts');
  for (const [index, account] of next.accounts.entries()) {
    if (account.apiKeyRef === '') continue;
    const field = `accounts[${index}].api_key`;
    if (account.apiKey !== '') return invalid(`Give '${field}' or '${field}_ref', and not both.`, field);
    const earlier = accountNamed(before, account.id);
    if (isGiven || before === undefined || earlier === undefined) continue;
    if (!isAccountMoved([account, next], [earlier, before])) continue;
    const message =
      "With another kind, host, proxy or authority the keys of accounts go elsewhere: give 'accounts' in the same command.";
    return invalid(message, 'accounts');
  }
  return undefined;
}

function placeProblem(
  next: Provider,
  before: Provider | undefined,
  faultOf: (reference: string) => string | undefined,
): Refusal | undefined {
  const known = new Set(before === undefined ? [] : referencesOf(before).map(([, reference]) => reference));
  for (const [field, reference] of referencesOf(next)) {
    const fault = known.has(reference) ? undefined : faultOf(reference);
    if (fault !== undefined) return invalid(`'${field}' is not allowed: ${fault}.`, field);
  }
  return undefined;
}

/** Where its secrets are found, by the name of the field. */
function referencesOf(provider: Provider): readonly (readonly [field: string, reference: string])[] {
  return [
    ['api_key_ref', provider.apiKeyRef],
    ['proxy_credentials_ref', provider.proxyCredentialsRef],
    ['client_key_ref', provider.clientKeyRef],
    ...provider.accounts.map(({ apiKeyRef }, index) => [`accounts[${index}].api_key_ref`, apiKeyRef] as const),
  ];
}

function hostProblem(next: Provider, before: Provider | undefined): Refusal | undefined {
  const known = new Set(before === undefined ? [] : addressesOf(before).map(([, address]) => address));
  for (const [field, address] of addressesOf(next)) {
    if (known.has(address) || !URL.canParse(address) || !isMetadataHost(new URL(address).hostname)) continue;
    return invalid(`'${field}' must not be a link-local address or a cloud's metadata service.`, field);
  }
  return undefined;
}

function addressesOf(provider: Provider): readonly (readonly [field: string, address: string])[] {
  return [
    ['base_url', provider.baseUrl],
    ['proxy_url', provider.proxyUrl],
    ...provider.accounts.map(({ baseUrl }, index) => [`accounts[${index}].base_url`, baseUrl] as const),
  ];
}

/** Those that are there already stay, so that an older provider can be changed. */
function headersProblem(next: Provider, before: Provider | undefined): Refusal | undefined {
  const sets: readonly (readonly [field: string, headers: Headers, known: Headers | undefined])[] = [
    ['headers', next.headers, before?.headers],
    ...next.accounts.map(
      ({ headers }, index) => [`accounts[${index}].headers`, headers, before?.accounts[index]?.headers] as const,
    ),
  ];
  for (const [field, headers, known] of sets) {
    const fault = isSame(headers, known) ? undefined : headersFault(headers);
    if (fault !== undefined) return invalid(`'${field}' cannot be sent: ${fault}.`, field);
  }
  return undefined;
}

function proxyProblem(
  { proxyUrl, clientCertificate, clientKeyRef }: Provider,
  before: Provider | undefined,
): Refusal | undefined {
  if (proxyUrl !== before?.proxyUrl && URL.canParse(proxyUrl) && new URL(proxyUrl).username !== '') {
    return invalid("'proxy_url' must have no credentials: give them as 'proxy_credentials_ref'.", 'proxy_url');
  }
  if ((clientCertificate === '') === (clientKeyRef === '')) return undefined;
  return invalid("Give 'client_certificate' and 'client_key_ref', or neither.", 'client_certificate');
}

/** docs/adr/0016-http-1-to-providers.md */
function http2Problem({ http2 }: Provider, before: Provider | undefined): Refusal | undefined {
  if (!http2 || before?.http2 === true) return undefined;
  return invalid("'http2' is not taken by this version: providers are called over HTTP/1.1.", 'http2');
}

function isSame(one: Headers, other: Headers = {}): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
