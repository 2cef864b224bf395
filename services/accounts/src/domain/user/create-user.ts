import { accept, type Decision, refuse } from '#decider/decider.ts';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { textProblem } from '../text-problem.ts';
import type { CreateUser } from './commands.ts';
import type { UserEvent } from './events.ts';
import type { UserState } from './state.ts';

/** Longer than any name that is written on one line. */
const NAME_CHARS_MAX = 200;
/** 64 before the @ and 255 after it: the most that mail can carry (RFC 5321). */
const EMAIL_CHARS_MAX = 320;
/** More than one gateway serves in a minute: a higher quota would never be met. */
const REQUESTS_PER_MINUTE_MAX = 1_000_000;
/** A hundredth of the provider's price: less is a slip of the unit. */
const MULTIPLIER_BASIS_POINTS_MIN = 100;
/** A hundred times the provider's price: more is a slip of the unit. */
const MULTIPLIER_BASIS_POINTS_MAX = 1_000_000;

/** One @ with something on both sides. Only a mail that arrives can prove more. */
const PLAUSIBLE_EMAIL = /^[^\s@]+@[^\s@]+$/u;

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
    textProblem(name, { param: 'name', charsMin: 1, charsMax: NAME_CHARS_MAX }) ??
    textProblem(email, { param: 'email', charsMin: 0, charsMax: EMAIL_CHARS_MAX }) ??
    (email === '' || PLAUSIBLE_EMAIL.test(email) ? undefined : invalid('email is not an e-mail address.', 'email')) ??
    (isWholeWithin(requestsPerMinute, 0, REQUESTS_PER_MINUTE_MAX)
      ? undefined
      : invalid(
          `requests_per_minute must be a whole number from 0 (no quota) to ${REQUESTS_PER_MINUTE_MAX}.`,
          'requests_per_minute',
        )) ??
    (multiplierBasisPoints === 0 ||
    isWholeWithin(multiplierBasisPoints, MULTIPLIER_BASIS_POINTS_MIN, MULTIPLIER_BASIS_POINTS_MAX)
      ? undefined
      : invalid(
          `multiplier_basis_points must be 0 (the default) or a whole number from ${MULTIPLIER_BASIS_POINTS_MIN} to ${MULTIPLIER_BASIS_POINTS_MAX}; 10000 is the provider's own price.`,
          'multiplier_basis_points',
        ))
  );
}

function isWholeWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
