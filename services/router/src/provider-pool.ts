import type { Logger } from 'pino';
import { providerRow, spokenBy } from '#ai/providers/spoken-by.ts';
import { isMetadataHost } from '#kernel/metadata-hosts.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';
import type { ProviderConfig, ProviderWaits } from './config.ts';
import type { Provider } from './ports.ts';

/** A provider that requests may be sent to, or why none can be. */
export type PooledProvider =
  /** `provider`: its first account. */
  | { readonly kind: 'open'; readonly provider: Provider; readonly accounts: readonly OpenAccount[] }
  | { readonly kind: 'down'; readonly reason: string };

/** One of the keys of a provider, with connections of its own. */
export interface OpenAccount {
  /** Empty: the provider's only one. */
  readonly id: string;
  /** At least 1. */
  readonly weight: number;
  readonly provider: Provider;
}

export interface ProviderPool {
  /** Undefined: there is no such provider, or it is disabled. */
  get(providerId: string): PooledProvider | undefined;
  all(): ReadonlyMap<string, PooledProvider>;
  /** Breaks all connections, also of providers that are no more. */
  close(): Promise<void>;
}

/** Where providers' keys are found. */
export interface ProviderKeys {
  read(provider: ResourceOf<'provider'>): { readonly key: string } | { readonly fault: string };
  /** Tells when the key may be another one. Gives what ends that. */
  watch(provider: ResourceOf<'provider'>, onChange: () => void): () => void;
}

/**
 * The providers of policy, opened, changed and closed as it changes. Requests that run keep the connections they have: those
 * of a provider that was replaced are closed when the last of them has ended.
 */
export function createProviderPool(options: {
  readonly registry: Pick<Registry, 'all' | 'watch'>;
  readonly keys: ProviderKeys;
  readonly open: (config: ProviderConfig) => Provider;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** A provider is there, anew or for the first time. */
  readonly onOpened: (providerId: string) => void;
}): ProviderPool {
  const { registry, keys, open, logger, onOpened } = options;
  const pooled = new Map<string, PooledProvider>();
  const unwatch = new Map<string, () => void>();
  const retiring = new Set<Provider>();
  let isClosed = false;

  function retire(providerId: string): void {
    unwatch.get(providerId)?.();
    unwatch.delete(providerId);
    const before = pooled.get(providerId);
    pooled.delete(providerId);
    if (before?.kind !== 'open') return;
    const { provider } = before;
    retiring.add(provider);
    void provider.retire().finally(() => retiring.delete(provider));
  }

  function enter(provider: ResourceOf<'provider'>): void {
    const opened = tryOpen(provider);
    pooled.set(provider.id, opened);
    if (opened.kind === 'down') {
      logger.warn({ provider: provider.id }, `provider ${provider.id} is down: ${opened.reason}`);
    }
    unwatch.set(
      provider.id,
      keys.watch(provider, () => {
        logger.info({ provider: provider.id }, 'the key of a provider is read again');
        replace(provider.id, provider);
      }),
    );
    onOpened(provider.id);
  }

  /** Never throws: it is called as the log is folded. */
  function tryOpen(provider: ResourceOf<'provider'>): PooledProvider {
    const found = keys.read(provider);
    if ('fault' in found) return { kind: 'down', reason: found.fault };
    if (!URL.canParse(provider.baseUrl)) return { kind: 'down', reason: 'its base_url is no URL' };
    if (isMetadataHost(new URL(provider.baseUrl).hostname)) {
      return { kind: 'down', reason: 'its base_url is a link-local address or a metadata service' };
    }
    if (provider.preset !== '' && providerRow(provider.preset) === undefined) {
      return { kind: 'down', reason: `its preset ${provider.preset} is no provider of the catalogue of this gateway` };
    }
    const opened = open(configOf(provider, found.key));
    return { kind: 'open', provider: opened, accounts: [{ id: '', weight: 1, provider: opened }] };
  }

  function replace(providerId: string, after: ResourceOf<'provider'> | undefined): void {
    if (isClosed) return;
    retire(providerId);
    if (after !== undefined && after.status !== 'disabled') enter(after);
  }

  for (const provider of registry.all('provider')) replace(provider.id, provider);
  registry.watch('provider', (before, after) => replace((after ?? before)?.id ?? '', after));

  return {
    get: (providerId) => pooled.get(providerId),
    all: () => pooled,
    async close() {
      isClosed = true;
      for (const end of unwatch.values()) end();
      const open = [...pooled.values()].flatMap((each) => (each.kind === 'open' ? [each.provider] : []));
      await Promise.all([...open, ...retiring].map((provider) => provider.close()));
    },
  };
}

function configOf(provider: ResourceOf<'provider'>, apiKey: string): ProviderConfig {
  const { id, baseUrl } = provider;
  return { name: id, baseUrl, apiKey, spoken: spokenBy(provider), waits: waitsOf(provider), ...boundsOf(provider) };
}

/** Of one request: how long it may be and take, and how often it is sent again. 0: nothing is said of it. */
function boundsOf(provider: ResourceOf<'provider'>) {
  const { callTimeoutMs, requestMaxBytes, answerMaxBytes, retriesMax, retryIntervalMs, neverRetried } = provider;
  const said = { callTimeoutMs, requestMaxBytes, answerMaxBytes, retriesMax, retryIntervalMs };
  const bounds: Partial<typeof said> = Object.fromEntries(Object.entries(said).filter(([, bound]) => bound > 0));
  return neverRetried ? { ...bounds, retriesMax: 0 } : bounds;
}

/** 0: it says nothing of a wait. */
function waitsOf(provider: ResourceOf<'provider'>): Partial<ProviderWaits> {
  const { connectTimeoutMs, streamHeadTimeoutMs, wholeHeadTimeoutMs, idleTimeoutMs } = provider;
  const said = { connectTimeoutMs, streamHeadTimeoutMs, wholeHeadTimeoutMs, idleTimeoutMs };
  return Object.fromEntries(Object.entries(said).filter(([, waitMs]) => waitMs > 0));
}
