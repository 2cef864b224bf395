import type { StoredEvent, StoredHead } from './stored-event.ts';

/** The log as it is stored, with its hashes and the exact bodies: what proofs are made from. */
export interface StoredLog {
  /** The next events after a position in log order, at most `limit`. Fewer only at the log's end. */
  readStored(afterPosition: number, limit: number): Promise<readonly StoredEvent[]>;
  /** A stream's events in order; none for an unknown stream. */
  readStoredStream(stream: string): Promise<readonly StoredEvent[]>;
  storedHead(): Promise<StoredHead>;
}
