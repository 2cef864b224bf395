import type { Logger } from 'pino';
import type { Registry } from '#registry/registry.ts';
import type { ProviderConfig } from './config.ts';
import {
  type KeyPlace,
  keyPlacesOf,
  type OpenAccount,
  openAccounts,
  type PlaceBounds,
  type ProviderResource,
} from './open-accounts.ts';
import type { Provider } from './ports.ts';
import type { ProviderSecrets } from './provider-config.ts';

/** A provider that requests may be sent to, or why none can be. */
export type PooledProvider =
  | {
      readonly kind: 'open';
      /** Its first account's. */
      readonly provider: Provider;
      readonly accounts: readonly OpenAccount[];
      /** Of accounts that cannot be used, for the operator. */
      readonly faults: readonly string[];
      readonly places: PlaceBounds;
    }
  /** Running calls end, and no more come. */
  | { readonly kind: 'draining' }
  | { readonly kind: 'down'; readonly reason: string };

export interface ProviderPool {
  /** Undefined: there is no such provider, or it is disabled. */
  get(providerId: string): PooledProvider | undefined;
  all(): ReadonlyMap<string, PooledProvider>;
  /** Breaks all connections, also of providers that are no more. */
  close(): Promise<void>;
}

/** Where providers' keys are found. */
export interface ProviderKeys {
  read(place: KeyPlace): ProviderSecrets | { readonly fault: string };
  /** Tells when a secret may be another one. Gives what ends that. */
  watch(place: KeyPlace, onChange: () => void): () => void;
}

/**
 * The providers of policy, opened, changed and closed as it changes. Requests that run keep the connections they have: those
 * of a provider that was replaced are closed when the last of them has ended.
 */
export function createProviderPool(options: {
  readonly registry: Pick<Registry, 'all' | 'watch'>;
  readonly keys: ProviderKeys;
  readonly open: (config: ProviderConfig) => Provider | { readonly fault: string };
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** A provider is there, for the first time or anew, or (undefined) is no more. */
  readonly onChanged: (providerId: string, pooled: PooledProvider | undefined) => void;
}): ProviderPool {
  const { registry, keys, open, logger, onChanged } = options;
  const pooled = new Map<string, PooledProvider>();
  const unwatch = new Map<string, () => void>();
  const retiring = new Set<Provider>();
  let isClosed = false;

  function retire(providerId: string): void {
    unwatch.get(providerId)?.();
    unwatch.delete(providerId);
    const before = pooled.get(providerId);
    pooled.delete(providerId);
    for (const provider of connectionsOf(before)) {
      retiring.add(provider);
      void provider.retire().finally(() => retiring.delete(provider));
    }
  }

  function enter(provider: ProviderResource): void {
    const opened = tryOpen(provider);
    pooled.set(provider.id, opened);
    if (opened.kind === 'down') {
      logger.warn({ provider: provider.id }, `provider ${provider.id} is down: ${opened.reason}`);
    }
    if (opened.kind === 'open' && opened.faults.length > 0) {
      logger.warn({ provider: provider.id }, `provider ${provider.id}: ${opened.faults.join('; ')}`);
    }
    const ends = keyPlacesOf(provider).map((place) =>
      keys.watch(place, () => {
        logger.info({ provider: provider.id }, 'the key of a provider is read again');
        replace(provider.id, provider);
      }),
    );
    unwatch.set(provider.id, () => {
      for (const end of ends) end();
    });
  }

  /** Never throws: it is called as the log is folded. */
  function tryOpen(provider: ProviderResource): PooledProvider {
    if (provider.status === 'draining') return { kind: 'draining' };
    const opened = openAccounts(provider, { readSecrets: (place) => keys.read(place), open });
    return opened.kind === 'down' ? opened : { ...opened, provider: opened.accounts[0].provider };
  }

  function replace(providerId: string, after: ProviderResource | undefined): void {
    if (isClosed) return;
    retire(providerId);
    if (after !== undefined && after.status !== 'disabled') enter(after);
    onChanged(providerId, pooled.get(providerId));
  }

  for (const provider of registry.all('provider')) replace(provider.id, provider);
  registry.watch('provider', (before, after) => replace((after ?? before)?.id ?? '', after));

  return {
    get: (providerId) => pooled.get(providerId),
    all: () => pooled,
    async close() {
      isClosed = true;
      for (const end of unwatch.values()) end();
      const open = [...pooled.values()].flatMap(connectionsOf);
      await Promise.all([...open, ...retiring].map((provider) => provider.close()));
    },
  };
}

function connectionsOf(pooled: PooledProvider | undefined): readonly Provider[] {
  return pooled?.kind === 'open' ? pooled.accounts.map(({ provider }) => provider) : [];
}
