import type { Refusal } from '#errors/error-table.ts';
import type { ResourceOf } from '#registry/kinds.ts';
import type { Registry } from '#registry/registry.ts';
import { createKeyHasher, isApiKeyShaped } from './api-key.ts';
import { type Identified, identityOfUser } from './identity.ts';
import { createKeyIndex } from './key-index.ts';
import { rulesOf } from './key-rules.ts';

/** Whose key a text is, from memory; undefined for one that is unknown, malformed, revoked or rotated away. */
export type IdentifyKey = (apiKey: string, nowMs: number) => Identified | undefined;

/**
 * Identifies keys by the registry. Whoever holds a key that was issued is told why it does not work: that helps them, and
 * tells nothing to those who guess.
 */
export function createIdentifyKey(keyPepper: string, registry: Pick<Registry, 'all' | 'get' | 'watch'>): IdentifyKey {
  const hashKey = createKeyHasher(keyPepper);
  const keyOf = createKeyIndex(registry);
  return (apiKey, nowMs) => {
    if (!isApiKeyShaped(apiKey)) return undefined;
    const keyHash = hashKey(apiKey);
    const key = keyOf(keyHash);
    if (key === undefined) return undefined;
    const rules = rulesOf(key);
    if (key.keyHash !== keyHash && nowMs >= rules.previousKeyExpiresAtMs) return rotated;
    const problem = keyProblem(key, rules.expiresAtMs, nowMs);
    if (problem !== undefined) return problem;
    const user = registry.get('user', key.userId);
    return user === undefined ? userDeleted : identityOfUser(registry, user, { key });
  };
}

function keyProblem(key: ResourceOf<'key'>, expiresAtMs: number, nowMs: number): Refusal | undefined {
  if (key.status === 'paused') return paused;
  return key.status === 'expired' || nowMs >= expiresAtMs ? expired : undefined;
}

const refusal = (message: string): Refusal => ({ code: 'invalid_api_key', message });

const rotated = refusal('This API key was replaced by a new one, and its time is over. Use the new key.');
const paused = refusal("This API key is paused. Ask the gateway's administrator to resume it.");
const expired = refusal("This API key has expired. Ask the gateway's administrator for a new one, or for more time.");
const userDeleted = refusal('The user of this API key is deleted. Use the key of another user.');
