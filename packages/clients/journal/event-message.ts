import type { GatewayEvent } from '#contracts/events.ts';
import { parsedLate } from '#journal/event-body.ts';
import type { Envelope, RecordedEvent } from '#journal/recorded-event.ts';

const NEW_LINE = 0x0a;
const decoder = new TextDecoder();

/** The first line of a message has one of these for each event. */
type Enveloped = Omit<Envelope, 'body'> &
  Pick<GatewayEvent, 'type'> & { readonly bodyBytes: number; readonly traceparent?: string | undefined };

/**
 * Consecutive committed events as one message: a line of JSON with their envelopes, then their bodies one after
 * another, byte for byte as they were hashed. JSON escapes line feeds, so the first line feed ends the line.
 */
export function eventsToMessage(events: readonly RecordedEvent[]): string {
  return `${JSON.stringify(events.map(envelopeOf))}\n${events.map(({ body }) => body).join('')}`;
}

/** The events of a message, at least one. Parses no body. Throws an `Error` if the bytes are no such message. */
export function eventsFromMessage(bytes: Uint8Array): RecordedEvent[] {
  const end = bytes.indexOf(NEW_LINE);
  if (end < 0) throw new Error('a message of events has no envelopes');
  const envelopes: unknown = JSON.parse(decoder.decode(bytes.subarray(0, end)));
  if (!Array.isArray(envelopes) || !envelopes.every(isEnveloped) || envelopes.length === 0) {
    throw new Error('a message of events has no proper envelopes');
  }
  let at = end + 1;
  const events = envelopes.map(({ bodyBytes, ...envelope }) => {
    const body = decoder.decode(bytes.subarray(at, at + bodyBytes));
    at += bodyBytes;
    return parsedLate({ ...envelope, body }) as RecordedEvent;
  });
  if (at !== bytes.length) throw new Error('a message of events is longer or shorter than its events');
  return events;
}

/** The fields are named one by one, because a rest pattern without `data` would read `data` and so parse the body. */
function envelopeOf(event: RecordedEvent): Enveloped {
  const { part, position, eventId, stream, version, type, schemaVersion, recordedAtMs, epoch } = event;
  const { correlationId, causationId, body, traceparent } = event;
  const bodyBytes = Buffer.byteLength(body);
  return {
    type,
    part,
    position,
    eventId,
    stream,
    version,
    schemaVersion,
    recordedAtMs,
    epoch,
    correlationId,
    causationId,
    traceparent,
    bodyBytes,
  };
}

function isEnveloped(value: unknown): value is Enveloped {
  if (typeof value !== 'object' || value === null) return false;
  const { position, type, bodyBytes } = value as Partial<Enveloped>;
  return Number.isSafeInteger(position) && typeof type === 'string' && Number.isSafeInteger(bodyBytes);
}
