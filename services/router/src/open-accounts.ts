import { providerRow } from '#ai/providers/spoken-by.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import { CONNECTIONS_MAX, type ProviderConfig } from './config.ts';
import type { PlaceLimits } from './domain/places/places.ts';
import type { Provider } from './ports.ts';
import { type ProviderSecrets, providerConfigOf } from './provider-config.ts';

export type ProviderResource = ResourceOf<'provider'>;
type AccountResource = ProviderResource['accounts'][number];

/** What says where a key and the other secrets of a connection are. */
export interface KeyPlace
  extends Pick<ProviderResource, 'id' | 'apiKeyRef' | 'sealedApiKey' | 'proxyCredentialsRef' | 'clientKeyRef'> {
  /** Whose the key is; empty: the provider's own. */
  readonly account: string;
}

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

/** Opens the accounts of a provider. Those that cannot be connected to are left out, and said. */
export function openAccounts(
  provider: ProviderResource,
  parts: {
    readonly readSecrets: (place: KeyPlace) => ProviderSecrets | { readonly fault: string };
    readonly open: (config: ProviderConfig) => Provider | { readonly fault: string };
  },
): OpenedAccounts {
  if (provider.preset !== '' && providerRow(provider.preset) === undefined) {
    return { kind: 'down', reason: `its preset ${provider.preset} is no provider of the catalogue of this gateway` };
  }
  const configs = accountsOf(provider);
  const opened: OpenAccount[] = [];
  const faults: string[] = [];
  for (const account of configs) {
    const secrets = parts.readSecrets(keyPlaceOf(provider, account));
    const config = 'fault' in secrets ? secrets : configOf(provider, account, secrets);
    const found = 'fault' in config ? config : parts.open(config);
    if ('fault' in found) faults.push(found.fault);
    else opened.push(accountOf(account, provider, found));
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
  apiKey: '',
  sealedApiKey: '',
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

function keyPlaceOf(provider: ProviderResource, account: Account): KeyPlace {
  const { id, apiKeyRef, sealedApiKey, proxyCredentialsRef, clientKeyRef } = provider;
  const others = { id, proxyCredentialsRef, clientKeyRef };
  return account.apiKeyRef === '' && account.sealedApiKey === ''
    ? { ...others, account: '', apiKeyRef, sealedApiKey }
    : { ...others, account: account.id, apiKeyRef: account.apiKeyRef, sealedApiKey: account.sealedApiKey };
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

function configOf(
  provider: ProviderResource,
  account: Account,
  secrets: ProviderSecrets,
): ProviderConfig | { readonly fault: string } {
  // How a provider is spoken to follows from its address, too.
  if (!URL.canParse(account.baseUrl || provider.baseUrl)) return { fault: 'its base_url is no URL' };
  const connections = Math.max(CONNECTIONS_MAX, accountCallsMax(provider, account));
  return { ...providerConfigOf(provider, account, secrets), connections };
}
