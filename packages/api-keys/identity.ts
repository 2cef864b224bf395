import type { Refusal } from '#errors/error-table.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';

/** On whose account a request runs. */
export interface Identity {
  readonly userId: string;
  /** Empty: the caller showed no API key but a token of an identity provider. */
  readonly keyId: string;
  readonly key: ResourceOf<'key'> | undefined;
  readonly user: ResourceOf<'user'>;
  readonly team: ResourceOf<'team'> | undefined;
}

/** An identity, or why there is none. */
export type Identified = Identity | Refusal;

export function isRefused(identified: Identified): identified is Refusal {
  return 'code' in identified;
}

/** A user with all it belongs to, or why it may not call. `undefined`: there is no such user, or no longer. */
export function identityOfUser(
  registry: Pick<Registry, 'get'>,
  userId: string,
  key: ResourceOf<'key'> | undefined,
): Identified | undefined {
  const user = registry.get('user', userId);
  if (user === undefined) return undefined;
  if (user.status === 'suspended') return suspended('user', 'user');
  const team = user.teamId === '' ? undefined : registry.get('team', user.teamId);
  if (team?.status === 'suspended') return suspended('team', "user's team");
  const organisationId = team?.organisationId ?? '';
  const organisation = organisationId === '' ? undefined : registry.get('organisation', organisationId);
  if (organisation?.status === 'suspended') return suspended('organisation', "user's organisation");
  return { userId, keyId: key?.id ?? '', key, user, team };
}

function suspended(what: string, whose: string): Refusal {
  return {
    code: 'invalid_api_key',
    message: `The ${whose} is suspended. Ask the gateway's administrator to resume the ${what}.`,
  };
}
