import { createKeyHasher } from '#api-keys/api-key.ts';
import { identityOfUser, isRefused } from '#api-keys/identity.ts';
import { type FindAdminToken, isAdminRole, keyIdOfActor } from '#contracts/admin.ts';
import type { Clock } from '#kernel/clock.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';

/** What every personal token begins with. */
const MARK = 'at_';
/** Longer than any token that was ever issued; what is longer is not worth hashing. */
const TOKEN_CHARS_MAX = 256;
/** Before the name of a person whom the identity provider of the settings has signed in. */
const BY_IDENTITY_PROVIDER = 'oidc:';
/** Who opened what the gateway's own token opened. */
const BOOTSTRAP = 'bootstrap';

/**
 * Finds personal admin tokens in the memory of this process. The look-up goes by the token's keyed hash, so the time it
 * takes says nothing about how much of a guessed token is right.
 */
export function createAdminTokens({
  registry,
  keyPepper,
  clock,
}: {
  readonly registry: Pick<Registry, 'all' | 'get' | 'settings' | 'watch'>;
  readonly keyPepper: string;
  readonly clock: Clock;
}): FindAdminToken {
  const hashOf = createKeyHasher(keyPepper);
  const byHash = new Map<string, ResourceOf<'token'>>();
  for (const token of registry.all('token')) byHash.set(token.tokenHash, token);
  registry.watch('token', (before, after) => {
    if (before !== undefined) byHash.delete(before.tokenHash);
    if (after !== undefined) byHash.set(after.tokenHash, after);
  });
  const isValid = (token: ResourceOf<'token'> | undefined): token is ResourceOf<'token'> =>
    token !== undefined && token.status !== 'revoked' && !isOver(token, clock());
  /** A key opens no session where requests must be signed: a session signs nothing. */
  const isUsableKey = (keyId: string, userId: string): boolean => {
    const key = registry.get('key', keyId);
    if (key === undefined || key.userId !== userId || key.status !== 'active') return false;
    return !isOver(key, clock()) && !registry.settings().signedRequests;
  };
  /** A holder is held up with its user, and with the user's team and organisation, as the user's keys are. */
  const isHeldUp = ({ role, userId }: ResourceOf<'token'>): boolean => {
    if (role !== 'holder') return false;
    const user = registry.get('user', userId);
    return user === undefined || isRefused(identityOfUser(registry, user, {}));
  };
  /** A session ends with the token or API key that it was opened with, and with the trust in the identity provider that opened it. */
  const isOpenersGone = ({ openedBy, userId }: ResourceOf<'token'>): boolean => {
    if (openedBy === '' || openedBy === BOOTSTRAP) return false;
    const keyId = keyIdOfActor(openedBy);
    if (keyId !== '') return !isUsableKey(keyId, userId);
    if (openedBy.startsWith(BY_IDENTITY_PROVIDER)) return registry.settings().consoleOidc === undefined;
    return !isValid(registry.get('token', openedBy));
  };

  return (text, purpose = '') => {
    if (!text.startsWith(MARK) || text.length > TOKEN_CHARS_MAX) return undefined;
    const token = byHash.get(hashOf(text));
    if (!isValid(token) || token.purpose !== purpose || isOpenersGone(token) || isHeldUp(token)) return undefined;
    const { id, role, openedBy, expiresAt, userId } = token;
    return isAdminRole(role) ? { id, role, openedBy, expiresAt, userId } : undefined;
  };
}

function isOver({ expiresAt }: ResourceOf<'token' | 'key'>, nowMs: number): boolean {
  return expiresAt !== '' && Date.parse(expiresAt) <= nowMs;
}
