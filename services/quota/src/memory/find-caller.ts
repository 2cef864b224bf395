import type { Payer } from '#contracts/admin-needs.ts';
import { payerKey } from '#contracts/payer.ts';
import type { AdmitRequest } from '#contracts/quota.ts';
import type { Refusal } from '#errors/error-table.ts';
import { countingTeamId, namedTeamProblem } from '#registry/counting-team.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';
import { userMultiplier } from '#registry/user-multiplier.ts';
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
  const inactive =
    inactiveOne('This API key', key) ??
    inactiveOne("This API key's user", user) ??
    inactiveOne("This API key's team", team) ??
    inactiveOne("This API key's organisation", organisation);
  return inactive === undefined ? { user, team, organisation, key } : { refusal: inactive };
}

function inactiveOne(what: string, resource: { readonly status: string } | undefined): Refusal | undefined {
  if (resource === undefined || resource.status === 'active' || resource.status === '') return undefined;
  return notAllowed(`${what} is ${resource.status}`);
}

/** Whose money pays, and how much there is of it. */
export interface PaidFrom {
  readonly payer: Payer;
  readonly account: Account | undefined;
}

/**
 * The nearest of user, team and organisation that was ever credited; the user where none was. A credit all of which was taken
 * back is as if it never was: a mistake, undone, must not leave a user to pay from nothing.
 */
export function paidFrom(
  { user, team, organisation }: Pick<PolicyCaller, 'user' | 'team' | 'organisation'>,
  accounts: ReadonlyMap<string, Account>,
): PaidFrom {
  const own = accountOf({ kind: 'user', id: user.id }, accounts);
  if (isCredited(own)) return own;
  const ofTeam = team && accountOf({ kind: 'team', id: team.id }, accounts);
  if (ofTeam !== undefined && isCredited(ofTeam)) return ofTeam;
  const ofAll = organisation && accountOf({ kind: 'organisation', id: organisation.id }, accounts);
  return ofAll !== undefined && isCredited(ofAll) ? ofAll : own;
}

/** A payer's account. */
export function accountOf(payer: Payer, accounts: ReadonlyMap<string, Account>): PaidFrom {
  return { payer, account: accounts.get(payerKey(payer)) };
}

function isCredited({ account }: PaidFrom): boolean {
  return account !== undefined && account.creditedNanoUsd > account.debitedNanoUsd;
}

/** The tags of all of them and of the request itself, each once. */
export function tagsOf(
  { user, team, organisation, key }: PolicyCaller,
  ofRequest: readonly string[],
): ReadonlySet<string> {
  const tags = new Set(key?.tags);
  for (const tag of user.tags) tags.add(tag);
  if (team !== undefined) for (const tag of team.tags) tags.add(tag);
  if (organisation !== undefined) for (const tag of organisation.tags) tags.add(tag);
  for (const tag of ofRequest) tags.add(tag);
  return tags;
}

/** What the user pays in basis points: by the user's own multiplier, the settings', or the configuration's. */
export function multiplierOf(user: ResourceOf<'user'>, settings: ResourceOf<'settings'>, configured: number): number {
  return userMultiplier(user, settings) ?? configured;
}
