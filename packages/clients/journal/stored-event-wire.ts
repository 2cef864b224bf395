import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HeadResponseSchema, StoredEventSchema } from '#contracts/gen/gateway/journal/v1/journal_pb.js';
import type { StoredEvent, StoredHead } from '#journal/stored-event.ts';

export function storedEventToWire(event: StoredEvent): MessageInitShape<typeof StoredEventSchema> {
  return { ...event, position: BigInt(event.position), recordedAtMs: BigInt(event.recordedAtMs) };
}

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
    chain: bufferOf(event.chain),
  };
}

export function headToWire({ position, epoch, chain }: StoredHead): MessageInitShape<typeof HeadResponseSchema> {
  return { position: BigInt(position), epoch, chain };
}

export function headFromWire({ position, epoch, chain }: MessageShape<typeof HeadResponseSchema>): StoredHead {
  return { position: Number(position), epoch, chain: bufferOf(chain) };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
