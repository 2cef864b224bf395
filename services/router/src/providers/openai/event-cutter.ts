const NEWLINE = 0x0a;
/** An event can carry a picture; beyond this a stream is no chat completion. */
const EVENT_MAX_BYTES = 8 * 1024 * 1024;

/** Where the next blank line ends, and whether the event before it has one line only. */
export interface EventEnd {
  /** Index after the blank line. */
  readonly end: number;
  readonly isOneLine: boolean;
}

/** Puts a stream's chunks together until they hold the end of an event. */
export interface EventCutter {
  /** Bytes that begin with an event and hold at least one newline; null where more is needed; throws beyond the bound. */
  add(chunk: Buffer): Buffer | null;
  /** Keeps the beginning of an event whose end has not come. */
  keep(rest: Buffer): void;
  /** What was kept. */
  rest(): Buffer;
}

export function createEventCutter(): EventCutter {
  let parts: Buffer[] = [];
  let partsBytes = 0;

  const rest = () => {
    const [first] = parts;
    return parts.length === 1 && first ? first : Buffer.concat(parts, partsBytes);
  };

  return {
    add(chunk) {
      if (parts.length === 0) return chunk;
      parts.push(chunk);
      partsBytes += chunk.length;
      if (partsBytes > EVENT_MAX_BYTES) throw new RangeError(`an event is longer than ${EVENT_MAX_BYTES} bytes`);
      // A blank line ends in a newline, so a chunk without one ends no event: a long event is joined once, not per chunk.
      if (!chunk.includes(NEWLINE)) return null;
      const joined = rest();
      parts = [];
      partsBytes = 0;
      return joined;
    },
    keep(bytes) {
      parts = bytes.length === 0 ? [] : [bytes];
      partsBytes = bytes.length;
    },
    rest,
  };
}

/** Finds the blank line (LF or CRLF) that ends the event at `start`; null where it is not there yet. */
export function findEventEnd(text: string, start: number): EventEnd | null {
  let lines = 0;
  for (let at = text.indexOf('\n', start); at !== -1; at = text.indexOf('\n', at + 1)) {
    // A blank line before the event's first line is part of it.
    const isBlankItself = at === start || (at === start + 1 && text.charCodeAt(start) === 0x0d);
    if (!isBlankItself) lines += 1;
    const next = text.charCodeAt(at + 1);
    if (next === NEWLINE) return { end: at + 2, isOneLine: lines === 1 };
    if (next === 0x0d && text.charCodeAt(at + 2) === NEWLINE) return { end: at + 3, isOneLine: lines === 1 };
  }
  return null;
}
