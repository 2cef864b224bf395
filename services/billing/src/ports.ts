import type { DeadLetter, Failure } from '#dead-letters/dead-letter.ts';

/** The reaction's name among the consumers of the log. */
export const CHARGES_CONSUMER = 'billing.charges';

/** A usage that could not be charged, at one try. */
export interface FailedCharge {
  readonly requestId: string;
  /** The usage's event id. */
  readonly position: number;
  readonly eventId: string;
  readonly failure: Failure;
  readonly triedAtMs: number;
}

/** The record of usages that cannot be charged, for operators and the next leader. */
export interface ChargeLetters {
  /**
   * Returns at once. The record is written soon, together with others, and again and again while the database is away.
   */
  note(failed: FailedCharge): void;
  /** The usage has its outcome. Costs nothing if the usage was never noted. */
  settle(eventId: string): void;
  /** The usage's position, if it is noted. */
  positionOf(eventId: string): number | undefined;
}

/** The same record, for listing. */
export interface ChargeLetterList extends ChargeLetters {
  /** The next ones after a position, in the log's order. Rejects if the database is away. */
  list(afterPosition: number, limit: number): Promise<readonly DeadLetter[]>;
  /** The one of a request, if there is one. */
  find(requestId: string): Promise<DeadLetter | undefined>;
  /** Removes one whose usage has its outcome, whichever leader noted it. */
  remove(letter: DeadLetter): void;
}
