import type { DeadLetter, Failure } from '#dead-letters/dead-letter.ts';

/** The reaction's name among the consumers of the log. */
export const CHARGES_CONSUMER = 'billing.charges';

/** A usage that could not be charged, at one try. */
export interface FailedCharge {
  readonly requestId: string;
  /** Of the usage. */
  readonly position: number;
  readonly eventId: string;
  readonly failure: Failure;
  readonly triedAtMs: number;
}

/** Where usages that cannot be charged are on record, for those who look and for the next leader. */
export interface ChargeLetters {
  /** Returns at once: it is written soon, with others, and again and again while the database is away. */
  note(failed: FailedCharge): void;
  /** The usage has its outcome. Costs nothing for one that was never noted. */
  settle(eventId: string): void;
  /** Where in the log the usage is, if it is noted. */
  positionOf(eventId: string): number | undefined;
}

/** The same, to be listed. */
export interface ChargeLetterList extends ChargeLetters {
  /** The next ones after a position, in the log's order. Rejects where the database is away. */
  list(afterPosition: number, limit: number): Promise<readonly DeadLetter[]>;
  /** Of a request, if there is one. */
  find(requestId: string): Promise<DeadLetter | undefined>;
  /** Takes one out whose usage turns out to have its outcome, whoever noted it. */
  remove(letter: DeadLetter): void;
}
