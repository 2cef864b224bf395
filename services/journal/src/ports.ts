import type { StoredEvent, StoredHead } from '#journal/stored-event.ts';

/** The stored log for audits, with hashes and exact bodies. */
export interface StoredLog {
  /** The next events after a position in log order, at most `limit`. Fewer only at the log's end. */
  readStored(afterPosition: number, limit: number): Promise<readonly StoredEvent[]>;
  /** A stream's events in order; none for an unknown stream. */
  readStoredStream(stream: string): Promise<readonly StoredEvent[]>;
  head(): StoredHead;
  /** Why the log cannot be written now; empty if it can be. Absent: nobody checks. */
  unwritable?(): string;
}
