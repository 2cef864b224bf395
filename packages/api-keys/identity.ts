import type { Refusal } from '#errors/error-table.ts';
import { countingTeamId } from '#registry/counting-team.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';

/** On whose account a request runs. */
export interface Identity {
  readonly userId: string;
  /** Empty: the caller showed no API key but a token of an identity provider. */
  readonly keyId: string;
  readonly key: ResourceOf<'key'> | undefined;
  readonly user: ResourceOf<'user'>;
  /** The team that the caller's token names: the user's own, or the one that a user in no team runs for. Empty: none is named. */
  readonly teamId: string;
  /** The team that counts. */
  readonly team: ResourceOf<'team'> | undefined;
}

/** An identity, or why there is none. */
export type Identified = Identity | Refusal;

export function isRefused(identified: Identified): identified is Refusal {
  return 'code' in identified;
}

/** A user with all that counts for its request, or why it may not call. */
export function identityOfUser(
  registry: Pick<Registry, 'get'>,
  user: ResourceOf<'user'>,
  shown: { readonly key?: ResourceOf<'key'>; readonly teamId?: string },
): Identified {
  const { key, teamId = '' } = shown;
  if (user.status === 'suspended') return suspended('user', 'user');
  const countingId = countingTeamId(user, teamId);
  const team = countingId === '' ? undefined : registry.get('team', countingId);
  if (team?.status === 'suspended') return suspended('team', "user's team");
  const organisationId = team?.organisationId ?? '';
  const organisation = organisationId === '' ? undefined : registry.get('organisation', organisationId);
  if (organisation?.status === 'suspended') return suspended('organisation', "user's organisation");
  return { userId: user.id, keyId: key?.id ?? '', key, user, teamId, team };
}

function suspended(what: string, whose: string): Refusal {
  return {
    code: 'invalid_api_key',
    message: `The ${whose} is suspended. Ask the gateway's administrator to resume the ${what}.`,
  };
}
