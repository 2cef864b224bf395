import { spokenBy } from '#ai/providers/spoken-by.ts';
import type { ProviderAccount } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import type { ResourceOf } from '#registry/kinds.ts';
import type { ProviderConfig, ProviderWaits } from './config.ts';

/** The secrets of a provider, or of one of its accounts. Empty: it has none. */
export interface ProviderSecrets {
  readonly apiKey: string;
  /** `user:password` for its proxy. */
  readonly proxyCredentials: string;
  /** The private key (PEM) of the certificate that the gateway shows to it. */
  readonly clientKey: string;
}

type Provider = ResourceOf<'provider'>;

/** What a provider is called with, as policy has it; by one of its accounts, whose own address and headers win. */
export function providerConfigOf(
  provider: Provider,
  account: Pick<ProviderAccount, 'id' | 'baseUrl' | 'headers' | 'requestsPerMinute' | 'tokensPerMinute'>,
  { apiKey, proxyCredentials, clientKey }: ProviderSecrets,
): ProviderConfig {
  const { id, region, proxyUrl, clientCertificate, caCertificates } = provider;
  const baseUrl = account.baseUrl || provider.baseUrl;
  return {
    name: id,
    account: account.id,
    baseUrl,
    apiKey,
    region,
    // The path of the address counts among how it is spoken to.
    spoken: spokenBy({ ...provider, baseUrl }),
    waits: waitsOf(provider),
    requestsPerMinute: account.requestsPerMinute,
    tokensPerMinute: Number(account.tokensPerMinute),
    headers: { ...lowerCased(provider.headers), ...lowerCased(account.headers) },
    proxy: proxyUrl === '' ? undefined : { url: proxyUrl, credentials: proxyCredentials },
    caCertificates: caCertificates === '' ? undefined : caCertificates,
    clientCertificate: clientCertificate === '' ? undefined : { certificate: clientCertificate, key: clientKey },
    callTimeoutMs: saidOrNone(provider.callTimeoutMs),
    requestMaxBytes: saidOrNone(provider.requestMaxBytes),
    answerMaxBytes: saidOrNone(provider.answerMaxBytes),
    retriesMax: provider.neverRetried ? 0 : saidOrNone(provider.retriesMax),
    retryIntervalMs: saidOrNone(provider.retryIntervalMs),
  };
}

/** 0: it says nothing of a wait. */
function waitsOf(provider: Provider): Partial<ProviderWaits> {
  const { connectTimeoutMs, streamHeadTimeoutMs, wholeHeadTimeoutMs, idleTimeoutMs } = provider;
  const said = { connectTimeoutMs, streamHeadTimeoutMs, wholeHeadTimeoutMs, idleTimeoutMs };
  return Object.fromEntries(Object.entries(said).filter(([, waitMs]) => waitMs > 0));
}

function saidOrNone(value: number): number | undefined {
  return value === 0 ? undefined : value;
}

/** An account's header takes the place of the provider's, in whatever letters they are written. */
function lowerCased(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
