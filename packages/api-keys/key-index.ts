import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';

/** The key with a hash, be it that of its key or of the one before its rotation; undefined: none in force has it. */
export type KeyIndex = (keyHash: string) => ResourceOf<'key'> | undefined;

/** Keys by their hash, kept in line with the registry: a change is felt with the next look-up after it was folded. */
export function createKeyIndex(registry: Pick<Registry, 'all' | 'watch'>): KeyIndex {
  const keys = new Map<string, ResourceOf<'key'>>();

  function add(key: ResourceOf<'key'>): void {
    for (const hash of [key.keyHash, key.previousKeyHash]) if (hash !== '') keys.set(hash, key);
  }

  registry.watch('key', (before, after) => {
    for (const hash of [before?.keyHash, before?.previousKeyHash]) if (hash !== undefined) keys.delete(hash);
    if (after !== undefined) add(after);
  });
  for (const key of registry.all('key')) add(key);
  return (keyHash) => keys.get(keyHash);
}
