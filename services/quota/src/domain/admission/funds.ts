/** A payer's money at the moment of a decision. */
export interface Funds {
  /** What was credited, less what was debited and charged. */
  readonly ownedNanoUsd: bigint;
  /** What is set aside, by the log and for admissions on their way into it. */
  readonly heldNanoUsd: bigint;
}
