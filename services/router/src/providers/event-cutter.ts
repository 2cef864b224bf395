import { createByteStore } from '../byte-store.ts';

const LF = 0x0a;
const CR = 0x0d;
const LF_LF = Buffer.from('\n\n');
const LF_CR_LF = Buffer.from('\n\r\n');
/** An event can carry a picture. Longer events are not kept. */
const EVENT_MAX_BYTES = 8 * 1024 * 1024;

/** Where the next blank line ends, and whether the event before it has one line only. */
export interface EventEnd {
  /** Index after the blank line. */
  readonly end: number;
  readonly isOneLine: boolean;
}

/** Joins a stream's chunks until they hold the end of an event. Looks at each byte and copies it once. */
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

  /** The rest of a chunk behind the skipped event; null if the event does not end in the chunk. */
  function afterSkipped(chunk: Buffer, take: (bytes: Buffer) => void): Buffer | null {
    const end = blankLineEnd(chunk, tail);
    tail = tailOf(tail, chunk);
    take(end === -1 ? chunk : chunk.subarray(0, end));
    if (end === -1) return null;
    takeSkipped = null;
    return end < chunk.length ? chunk.subarray(end) : null;
  }

  return {
    add(chunk) {
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

/** The index after the first blank line (LF or CRLF) that ends in the chunk; -1: there is none. */
function blankLineEnd(chunk: Buffer, before: string): number {
  if (chunk[0] === LF && (before.endsWith('\n') || before === '\n\r')) return 1;
  if (chunk[0] === CR && chunk[1] === LF && before.endsWith('\n')) return 2;
  const lf = chunk.indexOf(LF_LF);
  // The first of the two. The bytes behind it are not searched.
  const crlf = (lf === -1 ? chunk : chunk.subarray(0, lf + 1)).indexOf(LF_CR_LF);
  if (crlf !== -1) return crlf + LF_CR_LF.length;
  return lf === -1 ? -1 : lf + LF_LF.length;
}

function tailOf(before: string, chunk: Buffer): string {
  const last = chunk.toString('latin1', Math.max(0, chunk.length - 2));
  return (before + last).slice(-2);
}

/** Finds the blank line (LF or CRLF) that ends the event at `start`; null if it has not come yet. */
export function findEventEnd(text: string, start: number): EventEnd | null {
  let lines = 0;
  for (let at = text.indexOf('\n', start); at !== -1; at = text.indexOf('\n', at + 1)) {
    // A blank line before the event's first line is part of it.
    const isBlankItself = at === start || (at === start + 1 && text.charCodeAt(start) === CR);
    if (!isBlankItself) lines += 1;
    const next = text.charCodeAt(at + 1);
    if (next === LF) return { end: at + 2, isOneLine: lines === 1 };
    if (next === CR && text.charCodeAt(at + 2) === LF) return { end: at + 3, isOneLine: lines === 1 };
  }
  return null;
}
