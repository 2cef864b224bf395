/** Why a try failed: for an operator's eyes, without secrets or personal data, and bounded (see `failureOf`). */
export interface Failure {
  /** A short name: of the error table, or the consumer's own (`price_missing`). */
  readonly code: string;
  readonly message: string;
}

/** The event a consumer gave up on for now. */
export interface LetterEvent {
  /** Its place in the log. */
  readonly position: number;
  readonly eventId: string;
  readonly eventType: string;
  readonly stream: string;
}

/** That a consumer of the log gave up on an event for now. The event stays in the log, and nobody passes over it. */
export interface DeadLetter extends LetterEvent {
  /** Whose outcome is missing: a projection (`billing.ledger`) or a reaction (`billing.charges`). */
  readonly consumer: string;
  readonly failure: Failure;
  readonly tries: number;
  readonly firstTriedAtMs: number;
  readonly lastTriedAtMs: number;
}

/** The same letter after one more try that failed. */
export function failedAgain(letter: DeadLetter, failure: Failure, atMs: number): DeadLetter {
  return { ...letter, failure, tries: letter.tries + 1, lastTriedAtMs: atMs };
}
