import type { KeyIdentity } from '#contracts/accounts.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';

/** The keys that authenticate now, in memory, kept in line with the registry. */
export interface KeyRing {
  /** Whose key has this hash; undefined for one that is unknown, or does not work now. */
  find(keyHash: string, nowMs: number): KeyIdentity | undefined;
}

export function createKeyRing(registry: Pick<Registry, 'all' | 'get' | 'watch'>): KeyRing {
  const keys = new Map<string, ResourceOf<'key'>>();

  const hashesOf = (key: ResourceOf<'key'> | undefined): readonly string[] =>
    key === undefined ? [] : [key.keyHash, key.previousKeyHash].filter((hash) => hash !== '');

  registry.watch('key', (before, after) => {
    for (const hash of hashesOf(before)) keys.delete(hash);
    if (after !== undefined) for (const hash of hashesOf(after)) keys.set(hash, after);
  });
  for (const key of registry.all('key')) for (const hash of hashesOf(key)) keys.set(hash, key);

  return {
    find(keyHash, nowMs) {
      const key = keys.get(keyHash);
      if (key === undefined || key.status !== 'active' || isPast(key.expiresAt, nowMs)) return undefined;
      if (key.keyHash !== keyHash && isPast(key.previousKeyExpiresAt, nowMs)) return undefined;
      const user = registry.get('user', key.userId);
      return user?.status === 'active' ? { keyId: key.id, userId: key.userId } : undefined;
    },
  };
}

function isPast(time: string, nowMs: number): boolean {
  return time !== '' && Date.parse(time) <= nowMs;
}
