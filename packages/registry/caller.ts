import type { Registry } from './registry.ts';

/** Whose request it is, as far as routes ask. */
export interface RouteCaller {
  readonly userId: string;
  /** Empty: none. */
  readonly teamId: string;
  /** Of the user, the key and the team. */
  readonly tags: readonly string[];
}

/** The caller of a request that was authenticated. */
export function callerOf(
  registry: Pick<Registry, 'get'>,
  { userId, keyId }: { readonly userId: string; readonly keyId: string },
): RouteCaller {
  const user = registry.get('user', userId);
  const teamId = user?.teamId ?? '';
  const team = teamId === '' ? undefined : registry.get('team', teamId);
  const tagged = [user, registry.get('key', keyId), team];
  return { userId, teamId, tags: tagged.flatMap((each) => each?.tags ?? []) };
}
