import type { KeyView } from '#contracts/accounts.ts';
import { streams } from '#contracts/streams.ts';
import { handleCommand } from '#decider/handle-command.ts';
import { Fault } from '#errors/fault.ts';
import { derivedId, newId } from '#kernel/ids.ts';
import { apiKeyDecider } from '../domain/api-key/api-key-decider.ts';
import { isId } from '../domain/is-id.ts';
import type { Ports } from '../ports.ts';
import { keyViewOf } from './key-view.ts';

/** Revokes a key for good; a revoked one stays as it is. Rejects with a `Fault`. */
export async function revokeApiKey(ports: Ports, keyId: string): Promise<KeyView> {
  if (!isId(keyId)) throw new Fault({ code: 'not_found', message: 'There is no such API key.', param: 'key_id' });
  const stream = streams.key(keyId);
  const outcome = await ports.inTurn(stream, () =>
    handleCommand({
      journal: ports.journal,
      decider: apiKeyDecider,
      stream,
      command: { type: 'RevokeApiKey', keyId, nowMs: ports.clock() },
      correlationId: newId(),
      eventId: (event) => derivedId(keyId, event.type),
    }),
  );
  if (outcome.kind === 'refused') throw new Fault(outcome.refusal);
  await ports.directoryVisible(outcome.position);
  return keyViewOf(outcome.state);
}
