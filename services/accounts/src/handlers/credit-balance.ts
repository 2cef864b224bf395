import type { AccountsPort } from '#contracts/accounts.ts';
import { streams } from '#contracts/streams.ts';
import { handleCommand } from '#decider/handle-command.ts';
import { Fault } from '#errors/fault.ts';
import { newId } from '#kernel/ids.ts';
import { isId } from '../domain/is-id.ts';
import { userDecider } from '../domain/user/user-decider.ts';
import type { Ports } from '../ports.ts';
import { idsOf } from './idempotency.ts';

/** Adds money to a user's prepaid balance, once for each idempotency key. Rejects with a `Fault`. */
export async function creditBalance(
  ports: Ports,
  command: Parameters<AccountsPort['creditBalance']>[0],
): Promise<{ readonly creditId: string }> {
  const { userId, amountNanoUsd, reason, idempotencyKey } = command;
  if (!isId(userId)) throw new Fault({ code: 'not_found', message: 'There is no such user.', param: 'user_id' });
  const idOf = idsOf(idempotencyKey, userId);
  const creditId = idOf('Credit');
  const stream = streams.user(userId);
  const outcome = await ports.inTurn(stream, () =>
    handleCommand({
      journal: ports.journal,
      decider: userDecider,
      stream,
      command: { type: 'CreditBalance', userId, creditId, amountNanoUsd, reason, nowMs: ports.clock() },
      correlationId: newId(),
      eventId: (event) => idOf(event.type),
    }),
  );
  if (outcome.kind === 'refused') throw new Fault(outcome.refusal);
  await ports.balanceVisible(outcome.position);
  return { creditId };
}
