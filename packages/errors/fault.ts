import { type ErrorCode, errorTable, type Refusal } from './error-table.ts';

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

/** Any thrown value as a fault; what is not one already becomes `internal_error`, its message kept as the cause only. */
export function faultFrom(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown;
  return new Fault({ code: 'internal_error', message: 'The gateway failed to serve the request.' }, { cause: thrown });
}
