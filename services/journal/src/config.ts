/** Bounds of the log's writer. */
export interface JournalConfig {
  /** The most events one commit holds: at 512 a commit takes about as long as its fsync, more only adds latency. */
  readonly batchMaxEvents: number;
  /** The most bytes of bodies one commit holds. */
  readonly batchMaxBytes: number;
  /** Appends that may wait for a commit; beyond it an append is refused at once instead of waiting in vain. */
  readonly queueMaxAppends: number;
  /**
   * How long an append may wait for a database that cannot be reached, or does not answer; then it is refused, be it in a
   * commit already.
   */
  readonly reconnectGraceMs: number;
}

export const defaultJournalConfig: JournalConfig = {
  batchMaxEvents: 512,
  batchMaxBytes: 1_048_576,
  queueMaxAppends: 10_000,
  // Longer than a restart of the database mostly takes; a client is to have its answer within 5 s of asking.
  reconnectGraceMs: 4_000,
};
