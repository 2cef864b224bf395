import type { AccountsPort, UserView } from '#contracts/accounts.ts';
import { streams } from '#contracts/streams.ts';
import { handleCommand } from '#decider/handle-command.ts';
import { loadState } from '#decider/load-state.ts';
import { Fault } from '#errors/fault.ts';
import { newId } from '#kernel/ids.ts';
import { createUserProblem } from '../domain/user/create-user.ts';
import type { UserState } from '../domain/user/state.ts';
import { userDecider } from '../domain/user/user-decider.ts';
import type { Ports, Profile } from '../ports.ts';
import { idsOf } from './idempotency.ts';

/** Creates a user, or finds the one that the same idempotency key created. Rejects with a `Fault`. */
export async function createUser(ports: Ports, command: Parameters<AccountsPort['createUser']>[0]): Promise<UserView> {
  const { name, email, requestsPerMinute, multiplierBasisPoints, idempotencyKey } = command;
  // Before anything is stored for the person. The decision checks the same again.
  const problem = createUserProblem(command);
  if (problem !== undefined) throw new Fault(problem);

  const idOf = idsOf(idempotencyKey, '');
  const userId = idOf('User');
  const stream = streams.user(userId);
  const outcome = await ports.inTurn(stream, async () => {
    const sealedProfile = await seal(ports, userId, { name, email });
    return handleCommand({
      journal: ports.journal,
      decider: userDecider,
      stream,
      command: {
        type: 'CreateUser',
        userId,
        name,
        email,
        sealedProfile,
        requestsPerMinute,
        multiplierBasisPoints,
        nowMs: ports.clock(),
      },
      correlationId: newId(),
      eventId: (event) => idOf(event.type),
    });
  });
  if (outcome.kind === 'refused') throw new Fault(outcome.refusal);
  await ports.directoryVisible(outcome.position);
  const isNew = outcome.events.length > 0;
  // A repeat finds a user that may have keys by now; a new one has none, and needs no reading.
  const existing = isNew ? undefined : await ports.findUser(userId);
  return existing ?? newUserView(outcome.state, { name, email });
}

/** Empty where the user exists and was forgotten since: equal to no profile, and nobody is remembered anew by a repeat. */
async function seal(ports: Ports, userId: string, profile: Profile): Promise<string> {
  const { version } = await loadState(ports.journal, userDecider, streams.user(userId));
  if (version === 0) return ports.profileSeals.seal(userId, profile);
  return (await ports.profileSeals.sealAgain(userId, profile)) ?? '';
}

function newUserView(state: UserState, { name, email }: Profile): UserView {
  if (state.status === 'absent') throw new Error('a user that was never created has no view');
  const { userId, requestsPerMinute, multiplierBasisPoints, createdAtMs } = state;
  return { userId, name, email, requestsPerMinute, multiplierBasisPoints, createdAtMs, keys: [] };
}
