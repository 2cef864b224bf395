import type { KeyIdentity } from '#contracts/accounts.ts';
import { type Clock, systemClock } from '#kernel/clock.ts';
import { createKeyHasher, isApiKeyShaped } from './api-key.ts';
import type { KeyRing } from './key-ring.ts';

/** Says whose key a text is, from memory; undefined for one that is unknown, malformed, or does not work now. */
export function createAuthenticator(
  keyPepper: string,
  keyRing: KeyRing,
  clock: Clock = systemClock,
): (apiKey: string) => KeyIdentity | undefined {
  const hashKey = createKeyHasher(keyPepper);
  return (apiKey) => (isApiKeyShaped(apiKey) ? keyRing.find(hashKey(apiKey), clock()) : undefined);
}
