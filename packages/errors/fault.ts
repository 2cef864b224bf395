import { type ErrorCode, errorTable, type Refusal } from './error-table.ts';
import { saysAway } from './outage.ts';

/**
 * An exception with a code of the table: something broke, or a request cannot be served. The message begins with the
 * code.
 */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: ErrorCode;
  readonly refusal: Refusal;

  constructor(refusal: Refusal, options?: { cause?: unknown }) {
    super(`${refusal.code}: ${refusal.message}`, options);
    this.code = refusal.code;
    this.refusal = refusal;
  }

  get httpStatus(): number {
    return errorTable[this.code].httpStatus;
  }
}

/** A restart of an absent part takes a second or so, so an earlier retry would be in vain. */
export const AWAY_RETRY_AFTER_MS = 1_000;

/**
 * Turns any thrown value into a fault. An error of another kind becomes `unavailable` if it says that something is
 * away, such as a broken database connection, and `internal_error` otherwise. Its message is kept as the cause only.
 */
export function faultFrom(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown;
  if (saysAway(thrown)) {
    const message = 'The gateway cannot reach a part of itself now; try again shortly.';
    return new Fault({ code: 'unavailable', message, retryAfterMs: AWAY_RETRY_AFTER_MS }, { cause: thrown });
  }
  return new Fault({ code: 'internal_error', message: 'The gateway failed to serve the request.' }, { cause: thrown });
}
