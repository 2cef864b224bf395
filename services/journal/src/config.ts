/** Bounds of the log's writer. */
export interface JournalConfig {
  /** The most events of one commit. At 512 a commit takes about as long as its fsync; more events only add latency. */
  readonly batchMaxEvents: number;
  /** The most bytes of bodies in one commit. */
  readonly batchMaxBytes: number;
  /** How many appends may wait for a commit. More are refused at once instead of waiting in vain. */
  readonly queueMaxAppends: number;
  /**
   * How long an append may wait for a database that cannot be reached or does not answer. Then it is refused, even if
   * it is in a commit already.
   */
  readonly reconnectGraceMs: number;
}

export const defaultJournalConfig: JournalConfig = {
  batchMaxEvents: 512,
  batchMaxBytes: 1_048_576,
  queueMaxAppends: 10_000,
  // Longer than most restarts of the database take. A client must have its answer within 5 s of asking.
  reconnectGraceMs: 4_000,
};
