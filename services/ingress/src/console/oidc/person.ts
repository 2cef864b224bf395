import { createHmac } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { isAdminRole } from '#contracts/admin.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Opener } from '../open-session.ts';

export type ConsoleOidc = NonNullable<ResourceOf<'settings'>['consoleOidc']>;

/** Why somebody whom the identity provider knows may not sign in. */
type PersonProblem = 'no_role' | 'wrong_domain';

/** Who signs in; of a holder, `team` is the one that the rule puts them in. */
type PersonOpener = Omit<Opener, 'userId'> & { readonly team: string };

/** A subject that is no e-mail address and no more than an id. */
const PLAIN_SUBJECT = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/;

/** Who a verified id token's claims are, and what they may do, by the settings' rules. */
export function openerOf(
  claims: JWTPayload,
  settings: ConsoleOidc,
  keyPepper: string,
): PersonOpener | { readonly problem: PersonProblem } {
  if (!isOfDomain(claims, settings.allowedDomains)) return { problem: 'wrong_domain' };
  const { role, team = '' } = ruleFor(claims, settings) ?? {};
  return isAdminRole(role) ? { openedBy: nameOf(claims.sub ?? '', keyPepper), role, team } : { problem: 'no_role' };
}

/** The first rule whose group the person is in. */
function ruleFor(claims: JWTPayload, { groupClaim, rules }: ConsoleOidc): ConsoleOidc['rules'][number] | undefined {
  const groups = [claims[groupClaim === '' ? 'groups' : groupClaim]].flat();
  return rules.find(({ group }) => groups.includes(group));
}

/** Only an address that the identity provider has verified says where somebody belongs. */
function isOfDomain({ email, email_verified: isVerified }: JWTPayload, domains: readonly string[]): boolean {
  if (domains.length === 0) return true;
  if (typeof email !== 'string' || isVerified !== true) return false;
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  return domains.some((each) => each.toLowerCase() === domain);
}

/** As the log keeps it for good. A subject that may be an e-mail address is there as its keyed hash. */
function nameOf(subject: string, keyPepper: string): string {
  if (PLAIN_SUBJECT.test(subject)) return `oidc:${subject}`;
  const key = Buffer.from(keyPepper, 'hex');
  return `oidc:hmac:${createHmac('sha256', key).update(`subject of the console: ${subject}`).digest('hex')}`;
}
