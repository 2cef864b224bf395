import type { JWTPayload } from 'jose';
import { type Identified, identityOfUser } from '#api-keys/identity.ts';
import type { Refusal } from '#errors/error-table.ts';
import { namedTeamProblem } from '#registry/counting-team.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';

export type JwtIssuer = ResourceOf<'settings'>['jwtIssuers'][number];

/** Whom a verified token names. */
export interface TokenCaller {
  /** Empty where the claim is missing or no text: there is no such user, and no such team. */
  readonly userId: string;
  readonly teamId: string;
  readonly issuer: JwtIssuer;
}

/** Whom a token's claims name, by what the settings say of its issuer. */
export function tokenCaller(payload: JWTPayload, issuer: JwtIssuer): TokenCaller {
  return { userId: textIn(payload, userClaimOf(issuer)), teamId: textIn(payload, issuer.teamClaim), issuer };
}

/** Who that is by policy as it is now, or why they may not call. */
export function identityOfToken(registry: Pick<Registry, 'get'>, { userId, teamId, issuer }: TokenCaller): Identified {
  const user = registry.get('user', userId);
  if (user === undefined) return wrongClaim(userClaimOf(issuer), 'does not hold the id of a user of this gateway');
  if (issuer.teamClaim !== '') {
    const problem = teamId === '' ? 'unknown' : namedTeamProblem(registry, user, teamId);
    if (problem !== undefined) return wrongClaim(issuer.teamClaim, teamProblems[problem]);
  }
  return identityOfUser(registry, user, { teamId });
}

const teamProblems = {
  unknown: 'does not hold the id of a team of this gateway',
  another: 'names another team than the one that its user belongs to',
} as const;

function textIn(payload: JWTPayload, claim: string): string {
  const value = claim === '' ? undefined : payload[claim];
  return typeof value === 'string' ? value : '';
}

function userClaimOf({ userClaim }: JwtIssuer): string {
  return userClaim === '' ? 'sub' : userClaim;
}

function wrongClaim(claim: string, problem: string): Refusal {
  return { code: 'invalid_api_key', message: `The token's claim '${claim}' ${problem}.` };
}
