import { crc32 } from 'node:zlib';
import { createByteStore } from '../json/byte-store.ts';
import { sseEventOf } from '../sse/write-sse-event.ts';
import { readMessageHeaders } from './message-headers.ts';
import type { Unframing } from './unframing.ts';

/** The length of the message, that of its headers, and the checksum of both. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
/** As much as a message of this framing may have (Smithy, "Amazon Event Stream Specification": 24 MiB with its payload). */
const MESSAGE_MAX_BYTES = 24 * 1024 * 1024;

/** One message: an event by its name, or an exception by its. */
export interface AwsMessage {
  readonly name: string;
  readonly isException: boolean;
  /** JSON, mostly. */
  readonly payload: Buffer;
}

/** A message as an event for the format that reads it; empty: it has none. */
export type WriteEvent = (message: AwsMessage) => string;

/**
 * `application/vnd.amazon.eventstream`: each message is framed by its length and checked by two checksums (CRC-32). A message
 * becomes an event of its name, an exception one of its own name, which ends in `Exception`.
 * Source: https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export function openAwsEventStream(write: WriteEvent = eventOf): Unframing {
  const held = createByteStore();
  let isBroken = false;
  return {
    push(bytes) {
      if (isBroken) return nothing;
      held.append(bytes);
      const stored = held.bytes();
      const events: string[] = [];
      let at = 0;
      for (let length = lengthAt(stored, at); length !== null; length = lengthAt(stored, at)) {
        const message = length === 'broken' ? null : readMessage(stored.subarray(at, at + length));
        if (length === 'broken' || message === null) {
          isBroken = true;
          break;
        }
        events.push(write(message));
        at += length;
      }
      if (at > 0 || isBroken) {
        const rest = isBroken ? nothing : Buffer.from(stored.subarray(at));
        held.take();
        if (rest.length > 0) held.append(rest);
      }
      return events.length === 0 ? nothing : Buffer.from(events.join(''));
    },
    isBroken: () => isBroken,
  };
}

const nothing: Buffer = Buffer.alloc(0);

/** The length of the message at an index; null: it is not all there. */
function lengthAt(bytes: Buffer, at: number): number | 'broken' | null {
  if (bytes.length - at < PRELUDE_BYTES) return null;
  const length = bytes.readUInt32BE(at);
  const headersLength = bytes.readUInt32BE(at + 4);
  const isWhole = crc32(bytes.subarray(at, at + 8)) === bytes.readUInt32BE(at + 8);
  const fits = length <= MESSAGE_MAX_BYTES && length >= PRELUDE_BYTES + headersLength + CHECKSUM_BYTES;
  if (!isWhole || !fits) return 'broken';
  return bytes.length - at < length ? null : length;
}

/** null: its checksum or its headers are wrong. */
function readMessage(bytes: Buffer): AwsMessage | null {
  const checkedEnd = bytes.length - CHECKSUM_BYTES;
  if (crc32(bytes.subarray(0, checkedEnd)) !== bytes.readUInt32BE(checkedEnd)) return null;
  const payloadAt = PRELUDE_BYTES + bytes.readUInt32BE(4);
  const headers = readMessageHeaders(bytes.subarray(PRELUDE_BYTES, payloadAt));
  if (headers === null) return null;
  const payload = bytes.subarray(payloadAt, checkedEnd);
  const type = headers.get(':message-type') ?? 'event';
  if (type === 'event') return { name: headers.get(':event-type') ?? '', isException: false, payload };
  const name = headers.get(':exception-type') ?? headers.get(':error-code') ?? 'unknown';
  const said = headers.get(':error-message');
  const words = payload.length > 0 || said === undefined ? payload : Buffer.from(JSON.stringify({ message: said }));
  return { name, isException: true, payload: words };
}

function eventOf({ name, isException, payload }: AwsMessage): string {
  return sseEventOf(
    oneLine(payload.length === 0 ? '{}' : payload.toString()),
    isException ? exceptionName(name) : name,
  );
}

/** By its name an event is known for an exception: errors that have a code alone (`InternalFailure`) get the ending. */
function exceptionName(name: string): string {
  return /exception$/i.test(name) ? name : `${name}Exception`;
}

/** JSON has line breaks between its tokens alone. */
export function oneLine(json: string): string {
  return /[\r\n]/.test(json) ? json.replace(/[\r\n]+/g, ' ') : json;
}
