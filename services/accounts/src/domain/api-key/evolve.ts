import { unreachable } from '#kernel/unreachable.ts';
import type { ApiKeyEvent } from './events.ts';
import type { ApiKeyState } from './state.ts';

/** Folds a key's events. Throws where they contradict each other. */
export function evolve(state: ApiKeyState, event: ApiKeyEvent): ApiKeyState {
  switch (event.type) {
    case 'ApiKeyCreated': {
      const { keyId, userId, name, prefix, createdAtMs } = event.data;
      if (state.status !== 'absent') throw new Error(`the stream of key ${keyId} creates it twice`);
      return { status: 'active', keyId, userId, name, prefix, createdAtMs: Number(createdAtMs) };
    }
    case 'ApiKeyRevoked':
      if (state.status !== 'active')
        throw new Error(`the stream of key ${event.data.keyId} revokes it when ${state.status}`);
      return { ...state, status: 'revoked' };
    default:
      return unreachable(event);
  }
}
