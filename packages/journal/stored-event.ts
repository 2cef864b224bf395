import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { StoredEventSchema } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import type { HashedFields } from './chain.ts';

/** An event as the log keeps it, with the log's fingerprint after it. Its body is neither trusted nor parsed. */
export type StoredEvent = HashedFields & { readonly chain: Buffer };

/** The log's end. */
export interface StoredHead {
  /** 0 for an empty log. */
  readonly position: number;
  readonly epoch: number;
  readonly chain: Buffer;
}

/** In the form that JournalService sends. */
export function storedEventToWire(event: StoredEvent): MessageInitShape<typeof StoredEventSchema> {
  return {
    part: event.part,
    position: BigInt(event.position),
    eventId: event.eventId,
    stream: event.stream,
    version: event.version,
    type: event.type,
    schemaVersion: event.schemaVersion,
    recordedAtMs: BigInt(event.recordedAtMs),
    epoch: event.epoch,
    correlationId: event.correlationId,
    causationId: event.causationId,
    body: event.body,
    chain: event.chain,
  };
}

/** From the form that JournalService sends. */
export function storedEventFromWire(event: MessageShape<typeof StoredEventSchema>): StoredEvent {
  return {
    part: event.part,
    position: Number(event.position),
    eventId: event.eventId,
    stream: event.stream,
    version: event.version,
    type: event.type,
    schemaVersion: event.schemaVersion,
    recordedAtMs: Number(event.recordedAtMs),
    epoch: event.epoch,
    correlationId: event.correlationId,
    causationId: event.causationId,
    body: event.body,
    chain: Buffer.from(event.chain.buffer, event.chain.byteOffset, event.chain.byteLength),
  };
}
