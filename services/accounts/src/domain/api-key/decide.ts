import { keyName, textProblem } from '#contracts/admin-fields.ts';
import { accept, type Decision, refuse } from '#decider/decider.ts';
import type { Refusal } from '#errors/error-table.ts';
import { unreachable } from '#kernel/unreachable.ts';
import type { ApiKeyCommand, CreateApiKey, RevokeApiKey } from './commands.ts';
import type { ApiKeyEvent } from './events.ts';
import type { ApiKeyState } from './state.ts';

export function decide(command: ApiKeyCommand, state: ApiKeyState): Decision<ApiKeyEvent, Refusal> {
  switch (command.type) {
    case 'CreateApiKey':
      return createApiKey(command, state);
    case 'RevokeApiKey':
      return revokeApiKey(command, state);
    default:
      return unreachable(command);
  }
}

function createApiKey(command: CreateApiKey, state: ApiKeyState): Decision<ApiKeyEvent, Refusal> {
  const { keyId, userId, keyHash, prefix, name, nowMs } = command;
  const problem = name === '' ? undefined : textProblem(keyName, name, keyName.rpc);
  if (problem !== undefined) return refuse(problem);
  if (state.status !== 'absent') {
    if (state.userId === userId && state.name === name && state.prefix === prefix) return accept();
    const message = 'The idempotency key belongs to an API key with another user or name. Use a new key.';
    return refuse({ code: 'idempotency_key_reused', message, param: 'idempotency_key' });
  }
  return accept({
    type: 'ApiKeyCreated',
    data: { keyId, userId, keyHash, prefix, name, createdAtMs: String(nowMs) },
  });
}

function revokeApiKey({ keyId, nowMs }: RevokeApiKey, state: ApiKeyState): Decision<ApiKeyEvent, Refusal> {
  switch (state.status) {
    case 'absent':
      return refuse({ code: 'not_found', message: 'There is no such API key.', param: 'key_id' });
    case 'revoked':
      return accept();
    case 'active':
      return accept({ type: 'ApiKeyRevoked', data: { keyId, userId: state.userId, revokedAtMs: String(nowMs) } });
    default:
      return unreachable(state);
  }
}
