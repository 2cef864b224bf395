import type { AccountsPort, KeyView } from '#contracts/accounts.ts';
import { streams } from '#contracts/streams.ts';
import { handleCommand } from '#decider/handle-command.ts';
import { loadState } from '#decider/load-state.ts';
import { Fault } from '#errors/fault.ts';
import { newId } from '#kernel/ids.ts';
import { apiKeyDecider } from '../domain/api-key/api-key-decider.ts';
import { isId } from '../domain/is-id.ts';
import { userDecider } from '../domain/user/user-decider.ts';
import type { Ports } from '../ports.ts';
import { idsOf } from './idempotency.ts';
import { keyViewOf } from './key-view.ts';

/**
 * Issues a key to a user, once for each idempotency key. The key is in the answer and nowhere else: for a repeat it is
 * worked out anew. Rejects with a `Fault`.
 */
export async function createApiKey(
  ports: Ports,
  { userId, name, idempotencyKey }: Parameters<AccountsPort['createApiKey']>[0],
): Promise<{ readonly key: KeyView; readonly apiKey: string }> {
  const idOf = idsOf(idempotencyKey, '');
  await mustExist(ports, userId);
  const keyId = idOf('ApiKey');
  const { apiKey, keyHash, prefix } = idempotencyKey === '' ? ports.newApiKey() : ports.sameApiKey(idempotencyKey);
  const stream = streams.key(keyId);
  const outcome = await ports.inTurn(stream, () =>
    handleCommand({
      journal: ports.journal,
      decider: apiKeyDecider,
      stream,
      command: {
        type: 'CreateApiKey',
        keyId,
        userId,
        keyHash,
        prefix,
        name,
        nowMs: ports.clock(),
      },
      correlationId: newId(),
      eventId: (event) => idOf(event.type),
    }),
  );
  if (outcome.kind === 'refused') throw new Fault(outcome.refusal);
  await ports.directoryVisible(outcome.position);
  return { key: keyViewOf(outcome.state), apiKey };
}

/** Asks the log and not the read model, which may not have the newest user yet. Users never cease to exist. */
async function mustExist(ports: Ports, userId: string): Promise<void> {
  const { version } = isId(userId) ? await loadState(ports.journal, userDecider, streams.user(userId)) : { version: 0 };
  if (version === 0) throw new Fault({ code: 'not_found', message: 'There is no such user.', param: 'user_id' });
}
