import { providerRow, spokenBy } from '#ai/providers/spoken-by.ts';
import { isMetadataHost } from '#kernel/metadata-hosts.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import { CONNECTIONS_MAX, type ProviderConfig, type ProviderWaits } from './config.ts';
import type { PlaceLimits } from './domain/places/places.ts';
import type { Provider } from './ports.ts';

export type ProviderResource = ResourceOf<'provider'>;
type AccountResource = ProviderResource['accounts'][number];

/** What says where a key is. */
export type KeyPlace = Pick<ProviderResource, 'id' | 'apiKeyRef' | 'sealedApiKey'>;

/** One of the keys of a provider, with connections of its own. */
export interface OpenAccount {
  /** Empty: the provider's only one. */
  readonly id: string;
  /** At least 1. */
  readonly weight: number;
  readonly provider: Provider;
  /** It is called elsewhere than the provider's others. */
  readonly hasOwnAddress: boolean;
}

/** How many calls a provider takes at a time, and how long one waits for a place. */
export interface PlaceBounds {
  readonly limits: PlaceLimits;
  readonly waitMaxMs: number;
}

export type OpenedAccounts =
  | {
      readonly kind: 'open';
      readonly accounts: readonly [OpenAccount, ...OpenAccount[]];
      /** Of accounts that cannot be used, for the operator. */
      readonly faults: readonly string[];
      readonly places: PlaceBounds;
    }
  | { readonly kind: 'down'; readonly reason: string };

/** A place is free within seconds, where calls end at all; a client would rather hear of it than wait longer. */
const QUEUE_WAIT_MAX_MS = 30_000;

/** The keys of a provider that are to be looked for: its accounts', or its own. */
export function keyPlacesOf(provider: ProviderResource): readonly KeyPlace[] {
  return accountsOf(provider).map((account) => keyPlaceOf(provider, account));
}

/** Opens the accounts of a provider. Those that have no key are left out, and said. */
export function openAccounts(
  provider: ProviderResource,
  parts: {
    readonly readKey: (place: KeyPlace) => { readonly key: string } | { readonly fault: string };
    readonly open: (config: ProviderConfig) => Provider;
  },
): OpenedAccounts {
  if (provider.preset !== '' && providerRow(provider.preset) === undefined) {
    return { kind: 'down', reason: `its preset ${provider.preset} is no provider of the catalogue of this gateway` };
  }
  const configs = accountsOf(provider);
  const opened: OpenAccount[] = [];
  const faults: string[] = [];
  for (const account of configs) {
    const baseUrl = account.baseUrl || provider.baseUrl;
    const found = parts.readKey(keyPlaceOf(provider, account));
    const fault = 'fault' in found ? found.fault : addressFault(baseUrl);
    if ('fault' in found || fault !== undefined) faults.push(fault ?? '');
    else opened.push(accountOf(account, provider, parts.open(configOf(provider, account, found.key))));
  }
  const [first, ...others] = opened;
  if (first === undefined) return { kind: 'down', reason: downReason(provider, configs, faults) };
  const accounts = [first, ...others] as const;
  const told =
    faults.length === 0 ? [] : [`${faults.length} of ${configs.length} accounts cannot be used: ${faults[0]}`];
  return { kind: 'open', accounts, faults: told, places: placesOf(provider, configs) };
}

/** A provider without accounts has one, which is its own. */
const ownAccount = {
  id: '',
  apiKeyRef: '',
  weight: 0,
  requestsPerMinute: 0,
  tokensPerMinute: 0n,
  concurrencyMax: 0,
  status: '',
  baseUrl: '',
  headers: {},
} as const satisfies Omit<AccountResource, '$typeName' | '$unknown'>;

type Account = Omit<AccountResource, '$typeName' | '$unknown'>;

function accountsOf({ accounts }: ProviderResource): readonly Account[] {
  if (accounts.length === 0) return [ownAccount];
  return accounts.filter(({ status }) => status !== 'disabled');
}

function keyPlaceOf({ id, apiKeyRef, sealedApiKey }: ProviderResource, account: Account): KeyPlace {
  return account.apiKeyRef === ''
    ? { id, apiKeyRef, sealedApiKey }
    : { id, apiKeyRef: account.apiKeyRef, sealedApiKey: '' };
}

function addressFault(baseUrl: string): string | undefined {
  if (!URL.canParse(baseUrl)) return 'its base_url is no URL';
  if (isMetadataHost(new URL(baseUrl).hostname)) return 'its base_url is a link-local address or a metadata service';
  return undefined;
}

function downReason({ accounts }: ProviderResource, active: readonly Account[], faults: readonly string[]): string {
  if (accounts.length === 0) return faults[0] ?? '';
  if (active.length === 0) return 'all its accounts are disabled';
  return `none of its ${active.length} accounts can be used: account ${active[0]?.id}: ${faults[0]}`;
}

function accountOf(account: Account, { baseUrl }: ProviderResource, provider: Provider): OpenAccount {
  const { id, weight } = account;
  const hasOwnAddress = account.baseUrl !== '' && account.baseUrl !== baseUrl;
  return { id, weight: Math.max(1, weight), provider, hasOwnAddress };
}

function placesOf(provider: ProviderResource, accounts: readonly Account[]): PlaceBounds {
  const { concurrencyMax, queueMax, queueTimeoutMs } = provider;
  const callsMax = concurrencyMax || CONNECTIONS_MAX * accounts.length;
  const own = accounts.map((account) => [account.id, { callsMax: accountCallsMax(provider, account) }] as const);
  return {
    limits: { callsMax, waitingMax: queueMax || callsMax, accounts: new Map(own) },
    waitMaxMs: queueTimeoutMs || QUEUE_WAIT_MAX_MS,
  };
}

function accountCallsMax({ concurrencyMax }: ProviderResource, account: Account): number {
  return account.concurrencyMax || concurrencyMax || CONNECTIONS_MAX;
}

function configOf(provider: ProviderResource, account: Account, apiKey: string): ProviderConfig {
  return {
    name: provider.id,
    baseUrl: account.baseUrl || provider.baseUrl,
    apiKey,
    spoken: spokenBy(provider),
    waits: waitsOf(provider),
    connections: Math.max(CONNECTIONS_MAX, accountCallsMax(provider, account)),
    requestsPerMinute: account.requestsPerMinute,
    tokensPerMinute: Number(account.tokensPerMinute),
  };
}

/** 0: it says nothing of a wait. */
function waitsOf(provider: ProviderResource): Partial<ProviderWaits> {
  const { connectTimeoutMs, streamHeadTimeoutMs, wholeHeadTimeoutMs, idleTimeoutMs } = provider;
  const said = { connectTimeoutMs, streamHeadTimeoutMs, wholeHeadTimeoutMs, idleTimeoutMs };
  return Object.fromEntries(Object.entries(said).filter(([, waitMs]) => waitMs > 0));
}
