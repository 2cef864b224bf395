import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { isMetadataHost } from '#kernel/metadata-hosts.ts';
import { headersFault } from '#kernel/sendable-headers.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { KindRules } from '../kind-rules.ts';

type Provider = ResourceOf<'provider'>;
type Headers = Readonly<Record<string, string>>;

/**
 * Providers. A key that was given stays until another one, or a reference to one, takes its place. It stays with the host it was
 * given for: whoever moves a provider elsewhere gives the key anew, so that nobody gets a key they do not know.
 */
export const providerRules: KindRules<'provider'> = {
  settle: (next, before, { source }) => ({
    ...next,
    status: next.status === '' ? 'active' : next.status,
    sealedApiKey: next.apiKeyRef === '' && !isMoved(next, before) ? (before?.sealedApiKey ?? '') : '',
    source,
  }),
  problem: (next, before, { keyReferenceFault }, fields) =>
    keyProblem(next, before, fields) ??
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

/** Whether its key would go another way than before: to another host, or past somebody else who could read it. */
function isMoved(next: Provider, before: Provider | undefined): boolean {
  if (before === undefined) return false;
  const known = hostsOf(before);
  return (
    next.kind !== before.kind ||
    originOf(next.baseUrl) !== originOf(before.baseUrl) ||
    originOf(next.proxyUrl) !== originOf(before.proxyUrl) ||
    next.caCertificates !== before.caCertificates ||
    hostsOf(next).some((origin) => !known.includes(origin))
  );
}

/** Where its own key goes: to accounts without a key as well. */
function hostsOf({ baseUrl, accounts }: Provider): readonly string[] {
  const others = accounts.filter((account) => account.baseUrl !== '' && account.apiKeyRef === '');
  return [baseUrl, ...others.map((account) => account.baseUrl)].map(originOf);
}

function isSame(one: Headers, other: Headers = {}): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** A text that is no URL is its own origin: the fields are checked only after the defaults are set. */
function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
