import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';

/** Who has which e-mail, by its digest, kept in line with the registry. */
export interface EmailIndex {
  ownerOf(digest: string): string | undefined;
  /** What was just appended of a user, before it is folded. */
  set(userId: string, digest: string): void;
  /** The e-mail of a user of an old log, whose events have no digest. A later change of the user takes its place. */
  addEarlier(userId: string, digest: string): void;
}

export function createEmailIndex(registry: Pick<Registry, 'all' | 'get' | 'watch'>): EmailIndex {
  const owners = new Map<string, string>();
  const digests = new Map<string, string>();

  function remove(userId: string): void {
    const digest = digests.get(userId);
    digests.delete(userId);
    if (digest !== undefined && owners.get(digest) === userId) owners.delete(digest);
  }

  function add(userId: string, digest: string): void {
    if (digest === '') return;
    owners.set(digest, userId);
    digests.set(userId, digest);
  }

  const put = (before: ResourceOf<'user'> | undefined, after: ResourceOf<'user'> | undefined): void => {
    if (before !== undefined) remove(before.id);
    if (after !== undefined) add(after.id, after.emailDigest);
  };
  registry.watch('user', put);
  for (const user of registry.all('user')) put(undefined, user);

  return {
    ownerOf: (digest) => owners.get(digest),
    set(userId, digest) {
      remove(userId);
      add(userId, digest);
    },
    addEarlier(userId, digest) {
      const isOfNow = registry.get('user', userId)?.emailDigest === '';
      if (isOfNow && !owners.has(digest)) add(userId, digest);
    },
  };
}
