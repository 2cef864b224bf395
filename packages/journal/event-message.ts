import type { GatewayEvent } from '#contracts/events.ts';
import { parseBody } from '#contracts/parse-body.ts';
import type { Envelope, RecordedEvent } from './recorded-event.ts';

/**
 * The most events and bytes of one message. Far below the server's limit, so that one event that is larger still fits.
 */
const MESSAGE_MAX_EVENTS = 512;
const MESSAGE_MAX_BYTES = 256 * 1024;
/** The size of an envelope, with room to spare: ids and names are bounded. */
const ENVELOPE_BYTES = 512;

const NEW_LINE = 0x0a;
const decoder = new TextDecoder();

/** The first line of a message has one of these for each event. */
type Enveloped = Omit<Envelope, 'body'> &
  Pick<GatewayEvent, 'type'> & { readonly bodyBytes: number; readonly traceparent?: string | undefined };

/** Consecutive committed events, in the parts in which they cross the bus. */
export function splitForMessages(events: readonly RecordedEvent[]): (readonly RecordedEvent[])[] {
  const parts: RecordedEvent[][] = [];
  let bytes = 0;
  for (const event of events) {
    const size = event.body.length + ENVELOPE_BYTES;
    const part = parts.at(-1);
    if (part === undefined || part.length === MESSAGE_MAX_EVENTS || bytes + size > MESSAGE_MAX_BYTES) {
      parts.push([event]);
      bytes = size;
    } else {
      part.push(event);
      bytes += size;
    }
  }
  return parts;
}

/**
 * Consecutive committed events as one message: a line of JSON with their envelopes, then their bodies one after
 * another, byte for byte as they were hashed. JSON escapes line feeds, so the first line feed ends the line.
 */
export function eventsToMessage(events: readonly RecordedEvent[]): string {
  const envelopes = events.map(
    ({ body, data: _, ...envelope }): Enveloped => ({ ...envelope, bodyBytes: Buffer.byteLength(body) }),
  );
  return `${JSON.stringify(envelopes)}\n${events.map(({ body }) => body).join('')}`;
}

/** The events of a message, at least one. Throws an `Error` if the bytes are no such message. */
export function eventsFromMessage(bytes: Uint8Array): RecordedEvent[] {
  const end = bytes.indexOf(NEW_LINE);
  if (end < 0) throw new Error('a message of events has no envelopes');
  const envelopes: unknown = JSON.parse(decoder.decode(bytes.subarray(0, end)));
  if (!Array.isArray(envelopes) || !envelopes.every(isEnveloped) || envelopes.length === 0) {
    throw new Error('a message of events has no proper envelopes');
  }
  let at = end + 1;
  const events = envelopes.map((envelope) => {
    const body = decoder.decode(bytes.subarray(at, at + envelope.bodyBytes));
    at += envelope.bodyBytes;
    return receivedEvent(envelope, body);
  });
  if (at !== bytes.length) throw new Error('a message of events is longer or shorter than its events');
  return events;
}

function isEnveloped(value: unknown): value is Enveloped {
  if (typeof value !== 'object' || value === null) return false;
  const { position, type, bodyBytes } = value as Partial<Enveloped>;
  return Number.isSafeInteger(position) && typeof type === 'string' && Number.isSafeInteger(bodyBytes);
}

/** Parses the body on first use, since most processes need few kinds of events. */
function receivedEvent({ bodyBytes: _, ...envelope }: Enveloped, body: string): RecordedEvent {
  let data: unknown;
  return {
    ...envelope,
    body,
    get data() {
      data ??= parseBody(envelope.type, body);
      return data;
    },
  } as RecordedEvent;
}
