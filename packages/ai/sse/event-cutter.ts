import { createByteStore } from '../json/byte-store.ts';
import { findEventEnds } from './event-ends.ts';

const LF = 0x0a;
const LF_LF = Buffer.from('\n\n');
const LF_CR = Buffer.from('\n\r');
const CR_CR = Buffer.from('\r\r');
const BYTE_ORDER_MARK = Buffer.from('\ufeff');
const none: Buffer = Buffer.alloc(0);
/** An event can carry a picture. Longer events are not kept. */
const EVENT_MAX_BYTES = 8 * 1024 * 1024;

/**
 * Joins a stream's chunks until they hold the end of an event. Looks at each byte and copies it once. A byte-order mark at
 * the stream's beginning is left out.
 */
export interface EventCutter {
  /** Bytes that begin with an event; null if its end has not come. */
  add(chunk: Buffer): Buffer | null;
  /** Keeps the beginning of an event whose end has not come. */
  keep(rest: Buffer): void;
  /** What was kept. */
  rest(): Buffer;
  /** The current event is longer than the most that is kept. */
  readonly isTooLong: () => boolean;
  /** Drops the kept part of the current event. The rest of the event goes to `take`, in pieces. */
  skip(take: (bytes: Buffer) => void): void;
}

export function createEventCutter(): EventCutter {
  const kept = createByteStore();
  let takeSkipped: ((bytes: Buffer) => void) | null = null;
  /** The last two bytes before the next chunk, since a blank line may lie across the border. */
  let tail = '';
  /** The beginning of a byte-order mark; null: it is known whether there is one. */
  let mark: Buffer | null = none;

  /** The rest of a chunk behind the skipped event; null if the event does not end in the chunk. */
  function afterSkipped(chunk: Buffer, take: (bytes: Buffer) => void): Buffer | null {
    const end = blankLineEnd(chunk, tail);
    tail = tailOf(tail, chunk);
    take(end === -1 ? chunk : chunk.subarray(0, end));
    if (end === -1) return null;
    takeSkipped = null;
    return end < chunk.length ? chunk.subarray(end) : null;
  }

  /** The stream's first bytes without the mark; null while they may be one. */
  function withoutMark(chunk: Buffer, begun: Buffer): Buffer | null {
    const first = begun.length === 0 ? chunk : Buffer.concat([begun, chunk]);
    const length = Math.min(first.length, BYTE_ORDER_MARK.length);
    const isMark = first.subarray(0, length).equals(BYTE_ORDER_MARK.subarray(0, length));
    mark = isMark && length < BYTE_ORDER_MARK.length ? first : null;
    if (mark !== null) return null;
    return isMark ? first.subarray(length) : first;
  }

  return {
    add(piece) {
      const chunk = mark === null ? piece : withoutMark(piece, mark);
      if (chunk === null) return null;
      if (takeSkipped) return afterSkipped(chunk, takeSkipped);
      if (kept.length() === 0) return chunk;
      const hasEnd = blankLineEnd(chunk, tail) !== -1;
      tail = tailOf(tail, chunk);
      kept.append(chunk);
      return hasEnd ? kept.take() : null;
    },
    keep(rest) {
      if (rest.length === 0) return;
      kept.append(rest);
      tail = tailOf('', rest);
    },
    rest: kept.bytes,
    isTooLong: () => kept.length() > EVENT_MAX_BYTES,
    skip(take) {
      kept.take();
      takeSkipped = take;
    },
  };
}

/** The index after the first blank line that ends in the chunk; -1: there is none. The same lines as of `findEventEnds`. */
function blankLineEnd(chunk: Buffer, before: string): number {
  if (before !== '') {
    const border = findEventEnds(`x${before}${chunk.toString('latin1', 0, 2)}`)(0);
    // A blank line that ends in `before` was found when that came, unless its end depended on this chunk.
    if (border) return Math.max(0, border.end - 1 - before.length);
  }
  let found = -1;
  // The first of the three. The bytes behind the one that was found are not searched.
  for (const breaks of [LF_LF, LF_CR, CR_CR]) {
    const at = (found === -1 ? chunk : chunk.subarray(0, found + 1)).indexOf(breaks);
    if (at === -1 || (breaks === LF_CR && at + 2 === chunk.length)) continue;
    found = at;
  }
  if (found === -1) return -1;
  return chunk[found] === LF && chunk[found + 1] !== LF && chunk[found + 2] === LF ? found + 3 : found + 2;
}

function tailOf(before: string, chunk: Buffer): string {
  const last = chunk.toString('latin1', Math.max(0, chunk.length - 2));
  return (before + last).slice(-2);
}
