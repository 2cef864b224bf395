import type { Payer } from '#contracts/admin-needs.ts';
import { payerKey } from '#contracts/payer.ts';
import type { AdmitRequest } from '#contracts/quota.ts';
import type { Refusal } from '#errors/error-table.ts';
import { parseMultiplier } from '#money/multiplier.ts';
import { countingTeamId, namedTeamProblem } from '#registry/counting-team.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';
import type { Account } from '../domain/account/account.ts';
import { notAllowed, unknownKey, unknownUser, wrongTeam } from '../domain/admission/refusals.ts';

/** Who asks, by policy as it is now. */
export interface PolicyCaller {
  readonly user: ResourceOf<'user'>;
  /** The user's own, or the one that the token of a user in no team names. */
  readonly team: ResourceOf<'team'> | undefined;
  readonly organisation: ResourceOf<'organisation'> | undefined;
  /** Undefined: identified without a key. */
  readonly key: ResourceOf<'key'> | undefined;
}

/** The user, the key, and the team and organisation that count for the request; or why they may not ask. */
export function findCaller(
  registry: Pick<Registry, 'get'>,
  { userId, keyId, teamId = '' }: Pick<AdmitRequest, 'userId' | 'keyId' | 'teamId'>,
): PolicyCaller | { readonly refusal: Refusal } {
  const user = registry.get('user', userId);
  if (user === undefined) return { refusal: unknownUser };
  const key = keyId === '' ? undefined : registry.get('key', keyId);
  if (keyId !== '' && key?.userId !== userId) return { refusal: unknownKey };
  if (namedTeamProblem(registry, user, teamId) !== undefined) return { refusal: wrongTeam };
  const countingId = countingTeamId(user, teamId);
  const team = countingId === '' ? undefined : registry.get('team', countingId);
  const organisationId = team?.organisationId ?? '';
  const organisation = organisationId === '' ? undefined : registry.get('organisation', organisationId);
  const inactive = [
    ['API key', key],
    ['user', user],
    ['team', team],
    ['organisation', organisation],
  ] as const;
  for (const [what, resource] of inactive) {
    if (resource !== undefined && resource.status !== 'active' && resource.status !== '') {
      const whose = what === 'API key' ? 'This API key' : `This API key's ${what}`;
      return { refusal: notAllowed(`${whose} is ${resource.status}`) };
    }
  }
  return { user, team, organisation, key };
}

/**
 * The nearest of user, team and organisation that was ever credited; the user where none was. A credit all of which was taken
 * back is as if it never was: a mistake, undone, must not leave a user to pay from nothing.
 */
export function payerOfCaller(
  { user, team, organisation }: Pick<PolicyCaller, 'user' | 'team' | 'organisation'>,
  accounts: ReadonlyMap<string, Account>,
): Payer {
  const own: Payer = { kind: 'user', id: user.id };
  const nearest: Payer[] = [own];
  if (team !== undefined) nearest.push({ kind: 'team', id: team.id });
  if (organisation !== undefined) nearest.push({ kind: 'organisation', id: organisation.id });
  return nearest.find((payer) => isCredited(accounts.get(payerKey(payer)))) ?? own;
}

function isCredited(account: Account | undefined): boolean {
  return account !== undefined && account.creditedNanoUsd > account.debitedNanoUsd;
}

/** The tags of all of them, each once. */
export function tagsOf({ user, team, organisation, key }: PolicyCaller): ReadonlySet<string> {
  return new Set([...(key?.tags ?? []), ...user.tags, ...(team?.tags ?? []), ...(organisation?.tags ?? [])]);
}

/** What the user pays in basis points: by the user's own multiplier, the settings', or the configuration's. */
export function multiplierOf(user: ResourceOf<'user'>, settings: ResourceOf<'settings'>, configured: number): number {
  return parseMultiplier(user.multiplier) ?? parseMultiplier(settings.multiplier) ?? configured;
}
