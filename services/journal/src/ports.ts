import type { StoredEvent, StoredHead } from '#journal/stored-event.ts';

/** The log as it is stored, for those who check it: hashes and exact bodies included. */
export interface StoredLog {
  /** The next events after a position in log order, at most `limit`; fewer only at the log's end. */
  readStored(afterPosition: number, limit: number): Promise<readonly StoredEvent[]>;
  /** A stream's events in order; none for an unknown stream. */
  readStoredStream(stream: string): Promise<readonly StoredEvent[]>;
  head(): StoredHead;
  /** Why the log cannot be written now; empty where it can be. Absent: nobody looks. */
  unwritable?(): string;
}
