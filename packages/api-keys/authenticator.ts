import type { KeyIdentity } from '#contracts/accounts.ts';
import { createKeyHasher, isApiKeyShaped } from './api-key.ts';
import type { KeyRing } from './key-ring.ts';

/** Says whose key a text is, from memory; undefined for an unknown, malformed or revoked one. */
export function createAuthenticator(keyPepper: string, keyRing: KeyRing): (apiKey: string) => KeyIdentity | undefined {
  const hashKey = createKeyHasher(keyPepper);
  return (apiKey) => (isApiKeyShaped(apiKey) ? keyRing.find(hashKey(apiKey)) : undefined);
}
