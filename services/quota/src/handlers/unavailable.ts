import { Fault } from '#errors/fault.ts';

/** A no that another try may better. */
export function unavailable(message: string, cause?: unknown): Fault {
  return new Fault({ code: 'unavailable', message, retryAfterMs: 1_000 }, { cause });
}
