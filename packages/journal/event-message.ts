import type { EventType } from '#contracts/events.ts';
import type { Envelope, RecordedEvent } from './recorded-event.ts';

const NEW_LINE = 0x0a;
const decoder = new TextDecoder();

/**
 * A committed event as it crosses the bus: the envelope as a line of JSON, then the body, byte for byte as it was
 * hashed. JSON escapes line feeds, so the first one ends the envelope.
 */
export function eventToMessage(event: RecordedEvent): string {
  const { part, position, eventId, stream, version, type, schemaVersion } = event;
  const { recordedAtMs, epoch, correlationId, causationId, body } = event;
  const envelope = {
    part,
    position,
    eventId,
    stream,
    version,
    type,
    schemaVersion,
    recordedAtMs,
    epoch,
    correlationId,
    causationId,
  };
  return `${JSON.stringify(envelope)}\n${body}`;
}

/** Throws an `Error` for bytes that are no such message. */
export function eventFromMessage(bytes: Uint8Array): RecordedEvent {
  const end = bytes.indexOf(NEW_LINE);
  if (end < 0) throw new Error('an event on the bus has no body');
  const envelope = JSON.parse(decoder.decode(bytes.subarray(0, end))) as Omit<Envelope, 'body'> & { type: EventType };
  if (!Number.isSafeInteger(envelope.position) || typeof envelope.type !== 'string') {
    throw new Error('an event on the bus has no proper envelope');
  }
  const body = decoder.decode(bytes.subarray(end + 1));
  return { ...envelope, body, data: JSON.parse(body) } as RecordedEvent;
}
