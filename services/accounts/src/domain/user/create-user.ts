import * as fields from '#contracts/admin-fields.ts';
import { accept, type Decision, refuse } from '#decider/decider.ts';
import type { Refusal } from '#errors/error-table.ts';
import type { CreateUser } from './commands.ts';
import type { UserEvent } from './events.ts';
import type { UserState } from './state.ts';

export function createUser(command: CreateUser, state: UserState): Decision<UserEvent, Refusal> {
  const problem = createUserProblem(command);
  if (problem !== undefined) return refuse(problem);
  const { userId, sealedProfile, requestsPerMinute, multiplierBasisPoints, nowMs } = command;
  if (state.status === 'active') {
    const isSame =
      state.sealedProfile === sealedProfile &&
      state.requestsPerMinute === requestsPerMinute &&
      state.multiplierBasisPoints === multiplierBasisPoints;
    if (isSame) return accept();
    const message = 'The idempotency key belongs to a user that was created with other values. Use a new key.';
    return refuse({ code: 'idempotency_key_reused', message, param: 'idempotency_key' });
  }
  return accept({
    type: 'UserCreated',
    data: { userId, sealedProfile, requestsPerMinute, multiplierBasisPoints, createdAtMs: String(nowMs) },
  });
}

/** What is wrong with the values themselves, whatever the state; undefined: nothing. */
export function createUserProblem(
  values: Pick<CreateUser, 'name' | 'email' | 'requestsPerMinute' | 'multiplierBasisPoints'>,
): Refusal | undefined {
  const { name, email, requestsPerMinute, multiplierBasisPoints } = values;
  return (
    fields.textProblem(fields.userName, name, fields.userName.rpc) ??
    (email === '' ? undefined : fields.emailProblem(email, fields.email.rpc)) ??
    fields.countProblem(fields.requestsPerMinute, requestsPerMinute, fields.requestsPerMinute.rpc) ??
    (multiplierBasisPoints === 0
      ? undefined
      : fields.countProblem(fields.multiplier, multiplierBasisPoints, fields.multiplier.rpc))
  );
}
