import { crc32 } from 'node:zlib';

/** A message of `application/vnd.amazon.eventstream`, with headers that are texts. */
export function awsMessage(headers: Readonly<Record<string, string>>, payload: string): Buffer {
  const written = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)));
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(12 + written.length + Buffer.byteLength(payload) + 4, 0);
  prelude.writeUInt32BE(written.length, 4);
  const unchecked = Buffer.concat([prelude, checksum(prelude), written, Buffer.from(payload)]);
  return Buffer.concat([unchecked, checksum(unchecked)]);
}

export function awsEvent(name: string, payload: unknown): Buffer {
  const headers = { ':event-type': name, ':content-type': 'application/json', ':message-type': 'event' };
  return awsMessage(headers, JSON.stringify(payload));
}

export function awsException(name: string, message: string): Buffer {
  return awsMessage({ ':exception-type': name, ':message-type': 'exception' }, JSON.stringify({ message }));
}

function header(name: string, value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, bytes]);
}

function checksum(bytes: Buffer): Buffer {
  const written = Buffer.alloc(4);
  written.writeUInt32BE(crc32(bytes));
  return written;
}
