import { isStrategy, type Strategy } from '#contracts/routing.ts';
import { countingTeamId } from './counting-team.ts';
import type { Registry } from './registry.ts';

/** Whose request it is, as far as routes ask. */
export interface RouteCaller {
  readonly userId: string;
  /** Empty: none, as of a token. */
  readonly keyId: string;
  /** Empty: none. */
  readonly teamId: string;
  /** Of the user, the key and the team. */
  readonly tags: readonly string[];
  /** How the user's requests are chosen candidates for, or the team's; absent: neither says. */
  readonly choice?: { readonly strategy: Strategy; readonly source: 'user' | 'team' } | undefined;
}

/** The caller of a request that was authenticated; `teamId`: the team that its token names, empty: none. */
export function callerOf(
  registry: Pick<Registry, 'get'>,
  caller: { readonly userId: string; readonly keyId: string; readonly teamId: string },
): RouteCaller {
  const { userId, keyId } = caller;
  const user = registry.get('user', userId);
  const teamId = user === undefined ? '' : countingTeamId(user, caller.teamId);
  const team = teamId === '' ? undefined : registry.get('team', teamId);
  const tagged = [user, registry.get('key', keyId), team];
  const choice = choiceOf(user, 'user') ?? choiceOf(team, 'team');
  const tags = tagged.flatMap((each) => each?.tags ?? []);
  return { userId, keyId, teamId, tags, ...(choice === undefined ? {} : { choice }) };
}

function choiceOf(said: { readonly strategy: string } | undefined, source: 'user' | 'team'): RouteCaller['choice'] {
  return said !== undefined && isStrategy(said.strategy) ? { strategy: said.strategy, source } : undefined;
}
