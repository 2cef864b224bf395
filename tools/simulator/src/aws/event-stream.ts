import { crc32 } from 'node:zlib';
import type { StreamFraming } from '../stream-framing.ts';

/** The types of a header's value that are used here. */
const TEXT = 7;
const CHECKSUM_BYTES = 4;
/** Two lengths and the checksum over them. */
const PRELUDE_BYTES = 8 + CHECKSUM_BYTES;

/**
 * `application/vnd.amazon.eventstream`, one message after the other: lengths, headers, payload, and a CRC-32 over the lengths and
 * over all of it. https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export const amazonEventStream: StreamFraming = {
  contentType: 'application/vnd.amazon.eventstream',
  encoding: 'latin1',
  foreign: eventMessage('billingSummary', { billing: {} }),
  whileWaiting: '',
};

/** An event as the bytes of its message, one a character. Bedrock pads each, so that lengths tell less of the text. */
export function eventMessage(name: string, payload: object): string {
  return message(
    [
      [':event-type', name],
      [':content-type', 'application/json'],
      [':message-type', 'event'],
    ],
    payload,
  );
}

/** A modelled error in the middle of a stream. */
export function exceptionMessage(name: string, payload: object): string {
  return message(
    [
      [':exception-type', name],
      [':content-type', 'application/json'],
      [':message-type', 'exception'],
    ],
    payload,
  );
}

function message(headers: readonly (readonly [name: string, value: string])[], payload: object): string {
  const head = Buffer.concat(headers.map(([name, value]) => headerBytes(name, value)));
  const body = Buffer.from(JSON.stringify(payload));
  const bytes = Buffer.alloc(PRELUDE_BYTES + head.length + body.length + CHECKSUM_BYTES);
  bytes.writeUInt32BE(bytes.length, 0);
  bytes.writeUInt32BE(head.length, 4);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8);
  head.copy(bytes, PRELUDE_BYTES);
  body.copy(bytes, PRELUDE_BYTES + head.length);
  const end = bytes.length - CHECKSUM_BYTES;
  bytes.writeUInt32BE(crc32(bytes.subarray(0, end)), end);
  return bytes.toString('latin1');
}

function headerBytes(name: string, value: string): Buffer {
  const text = Buffer.from(value);
  const sizes = Buffer.from([TEXT, text.length >> 8, text.length & 0xff]);
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), sizes, text]);
}
