import { type ErrorCode, errorTable, type Refusal } from './error-table.ts';
import { saysAway } from './outage.ts';

/**
 * Something broke, or a request cannot be served: an exception with a code of the table. The message begins with the
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

/** A restart of what is away takes a second or so; asked again sooner it would be asked in vain. */
export const AWAY_RETRY_AFTER_MS = 1_000;

/**
 * Any thrown value as a fault. What is not one already becomes `unavailable` where it says that something is away, as a
 * database whose connection broke, and else `internal_error`; its message is kept as the cause only.
 */
export function faultFrom(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown;
  if (saysAway(thrown)) {
    const message = 'The gateway cannot reach a part of itself now; try again shortly.';
    return new Fault({ code: 'unavailable', message, retryAfterMs: AWAY_RETRY_AFTER_MS }, { cause: thrown });
  }
  return new Fault({ code: 'internal_error', message: 'The gateway failed to serve the request.' }, { cause: thrown });
}
