import type { KeyView } from '#contracts/accounts.ts';
import type { ApiKeyState } from '../domain/api-key/state.ts';

/** What may be shown of a key that was issued. */
export function keyViewOf(state: ApiKeyState): KeyView {
  if (state.status === 'absent') throw new Error('a key that was never issued has no view');
  const { status, keyId, name, prefix, createdAtMs } = state;
  return { keyId, name, prefix, isRevoked: status === 'revoked', createdAtMs };
}
