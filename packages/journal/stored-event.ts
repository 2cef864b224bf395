import type { HashedFields } from './chain.ts';
import { parsedLate } from './event-body.ts';
import type { RecordedEvent } from './recorded-event.ts';

/** An event as the log keeps it, with the log's fingerprint after it. Its body is neither trusted nor parsed. */
export type StoredEvent = HashedFields & { readonly chain: Buffer };

/** The log's end. */
export interface StoredHead {
  /** 0 for an empty log. */
  readonly position: number;
  readonly epoch: number;
  readonly chain: Buffer;
}

/** A stored row as subscribers see it, without its place in the chain. */
export function recordedEventOf({ chain: _, ...envelope }: StoredEvent): RecordedEvent {
  return parsedLate(envelope) as RecordedEvent;
}
