import type { ResourceOf } from './kinds.ts';
import type { Registry } from './registry.ts';

type User = Pick<ResourceOf<'user'>, 'teamId'>;

/** The team whose limits, money and tags count for a user's request: the user's own, or the one that the caller's token names. */
export function countingTeamId({ teamId }: User, namedTeamId: string): string {
  return teamId === '' ? namedTeamId : teamId;
}

/** Why a token may not name a team for a user; undefined: it may, or names none. */
export function namedTeamProblem(
  registry: Pick<Registry, 'get'>,
  { teamId }: User,
  namedTeamId: string,
): 'unknown' | 'another' | undefined {
  if (namedTeamId === '' || namedTeamId === teamId) return undefined;
  if (teamId !== '') return 'another';
  return registry.get('team', namedTeamId) === undefined ? 'unknown' : undefined;
}
