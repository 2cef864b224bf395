import { createKeyHasher } from '#api-keys/api-key.ts';
import { type FindAdminToken, isAdminRole } from '#contracts/admin.ts';
import type { Clock } from '#kernel/clock.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';

/** What every personal token begins with. */
const MARK = 'at_';
/** Longer than any token that was ever issued; what is longer is not worth hashing. */
const TOKEN_CHARS_MAX = 256;

/**
 * Finds personal admin tokens in the memory of this process. The look-up goes by the token's keyed hash, so the time it
 * takes says nothing about how much of a guessed token is right.
 */
export function createAdminTokens({
  registry,
  keyPepper,
  clock,
}: {
  readonly registry: Pick<Registry, 'all' | 'watch'>;
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
  return (text) => {
    if (!text.startsWith(MARK) || text.length > TOKEN_CHARS_MAX) return undefined;
    const token = byHash.get(hashOf(text));
    if (token === undefined || token.status === 'revoked' || isOver(token, clock())) return undefined;
    return isAdminRole(token.role) ? { id: token.id, role: token.role } : undefined;
  };
}

function isOver({ expiresAt }: ResourceOf<'token'>, nowMs: number): boolean {
  return expiresAt !== '' && Date.parse(expiresAt) <= nowMs;
}
