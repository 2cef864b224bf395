import { hash } from 'node:crypto';
import type { Envelope } from './recorded-event.ts';

/** The hashed parts of an event: the envelope and the type, in the order of `writeFields`. */
export type HashedFields = Envelope & { readonly type: string };

/** The chain hash before the first event. Nothing may write to this buffer. */
export const GENESIS: Buffer = Buffer.alloc(32);

/**
 * The fingerprint of one event: SHA-256(0x00 ‖ for each field its UTF-8 length as u32be ‖ its UTF-8 bytes). The lengths
 * make the fields unmistakable. The byte 0x00 distinguishes a leaf from a link of the chain (0x02).
 */
export function leafHash(event: HashedFields): Buffer {
  const end = writeFields(event);
  return hash('sha256', scratch.subarray(0, end), 'buffer');
}

/** The log's fingerprint after an event: SHA-256(0x02 ‖ the fingerprint before it ‖ the event's leaf hash). */
export function chainHash(previous: Buffer, leaf: Buffer): Buffer {
  if (previous.length !== HASH_BYTES || leaf.length !== HASH_BYTES) throw new RangeError('a hash has 32 bytes');
  link[0] = LINK_PREFIX;
  link.set(previous, 1);
  link.set(leaf, 1 + HASH_BYTES);
  return hash('sha256', link, 'buffer');
}

const LEAF_PREFIX = 0x00;
const LINK_PREFIX = 0x02;
const HASH_BYTES = 32;
const LENGTH_BYTES = 4;
/** UTF-8 needs at most three bytes for one UTF-16 unit (a pair of units takes four). */
const UTF8_BYTES_PER_UNIT_MAX = 3;
/** An event is about 1 KB. The scratch buffer grows only for a rare big event and is never given back. */
const SCRATCH_BYTES = 64 * 1024;

let scratch: Buffer = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
const link = Buffer.allocUnsafeSlow(1 + 2 * HASH_BYTES);

/** Writes prefix and fields into the scratch buffer, and returns the number of bytes written. */
function writeFields(event: HashedFields): number {
  scratch[0] = LEAF_PREFIX;
  let end = 1;
  end = writeField(String(event.part), end);
  end = writeField(String(event.position), end);
  end = writeField(event.eventId, end);
  end = writeField(event.stream, end);
  end = writeField(String(event.version), end);
  end = writeField(event.type, end);
  end = writeField(String(event.schemaVersion), end);
  end = writeField(String(event.recordedAtMs), end);
  end = writeField(String(event.epoch), end);
  end = writeField(event.correlationId, end);
  end = writeField(event.causationId, end);
  return writeField(event.body, end);
}

function writeField(text: string, offset: number): number {
  const start = offset + LENGTH_BYTES;
  const needed = start + text.length * UTF8_BYTES_PER_UNIT_MAX;
  if (needed > scratch.length) growScratch(needed, offset);
  const length = scratch.write(text, start, 'utf8');
  scratch.writeUInt32BE(length, offset);
  return start + length;
}

function growScratch(needed: number, used: number): void {
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * scratch.length));
  scratch.copy(larger, 0, 0, used);
  scratch = larger;
}
