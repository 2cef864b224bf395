import { Fault } from '#errors/fault.ts';

/** A no that another try may better. */
export function unavailable(message: string, cause?: unknown): Fault {
  return new Fault({ code: 'unavailable', message, retryAfterMs: 1_000 }, { cause });
}

/** What was thrown where it is a `Fault`; else `unavailable`, because of it. */
export function asUnavailable(thrown: unknown, message: string): Fault {
  return thrown instanceof Fault ? thrown : unavailable(message, thrown);
}
