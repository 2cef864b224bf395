/** What of a document is looked at. All else is passed over. */
export type Wanted =
  /** A text: `take` gets the bytes between its quotes, escapes as they stand, in pieces. */
  | { readonly kind: 'text'; readonly take: (raw: Buffer) => void }
  /** An object or an array: `take` gets its bytes in pieces, `end` follows. */
  | { readonly kind: 'raw'; readonly take: (raw: Buffer) => void; readonly end?: () => void }
  | { readonly kind: 'fields'; readonly fields: Readonly<Record<string, Wanted>>; readonly begin?: () => void }
  | { readonly kind: 'items'; readonly item: Wanted; readonly begin?: () => void };

/**
 * Reads a JSON object piece by piece, each byte once, and keeps none: what is looked at is given to whoever wants it. No
 * validation: commas and colons count as spaces, and any closing bracket closes.
 */
export interface JsonScan {
  push(bytes: Buffer): void;
  /** `before`: white space so far. `broken`: no object, or something behind it. */
  readonly status: () => 'before' | 'open' | 'closed' | 'broken';
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LEFT_BRACE = 0x7b;
const RIGHT_BRACE = 0x7d;
const LEFT_BRACKET = 0x5b;
const RIGHT_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
/** A key that is wanted is a few letters. */
const KEY_MAX_BYTES = 64;

type Mode = 'before' | 'key' | 'in-key' | 'value' | 'text' | 'scalar' | 'skip' | 'closed' | 'broken';
/** A container that holds something wanted. There are no more of them than the wanted places are deep. */
type Container = Extract<Wanted, { kind: 'fields' | 'items' }>;

const isSpace = (byte: number): boolean => byte <= 0x20 || byte === COMMA || byte === COLON;

export function createJsonScan(root: Extract<Wanted, { kind: 'fields' }>): JsonScan {
  const open: Container[] = [];
  let mode: Mode = 'before';
  let key = '';
  /** What the value at hand is wanted as. */
  let wanted: Wanted | undefined;
  let isEscaped = false;
  let isInText = false;
  let skippedDepth = 0;

  /** The index of the quote that ends the text, or the end of the bytes. */
  function textEnd(bytes: Buffer, from: number): number {
    let at = from;
    for (; at < bytes.length; at += 1) {
      if (isEscaped) isEscaped = false;
      else if (bytes[at] === BACKSLASH) isEscaped = true;
      else if (bytes[at] === QUOTE) break;
    }
    return at;
  }

  function enter(container: Container): void {
    container.begin?.();
    open.push(container);
    mode = container.kind === 'fields' ? 'key' : 'value';
  }

  function valueOver(): void {
    const around = open.at(-1);
    if (around === undefined) mode = 'closed';
    else mode = around.kind === 'fields' ? 'key' : 'value';
  }

  function leave(): void {
    open.pop();
    valueOver();
  }

  /** Begins a value at its first byte; how many bytes of it were read. */
  function beginValue(byte: number): 0 | 1 {
    const around = open.at(-1);
    wanted = around?.kind === 'items' ? around.item : around?.kind === 'fields' ? own(around.fields, key) : undefined;
    if (byte === QUOTE) mode = 'text';
    else if (byte === LEFT_BRACE && wanted?.kind === 'fields') enter(wanted);
    else if (byte === LEFT_BRACKET && wanted?.kind === 'items') enter(wanted);
    else if (byte === LEFT_BRACE || byte === LEFT_BRACKET) {
      mode = 'skip';
      skippedDepth = 0;
      return 0;
    } else mode = 'scalar';
    return 1;
  }

  /** Each reads from an index, and gives the index to read on from. */
  const read: Record<Mode, (bytes: Buffer, at: number) => number> = {
    before(bytes, at) {
      const byte = bytes[at] ?? 0;
      if (byte === LEFT_BRACE) enter(root);
      else if (byte > 0x20) mode = 'broken';
      return at + 1;
    },
    key(bytes, at) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) {
        key = '';
        mode = 'in-key';
      } else if (byte === RIGHT_BRACE || byte === RIGHT_BRACKET) leave();
      else if (!isSpace(byte)) mode = 'broken';
      return at + 1;
    },
    'in-key'(bytes, at) {
      const end = textEnd(bytes, at);
      if (key.length <= KEY_MAX_BYTES) key += bytes.toString('latin1', at, Math.min(end, at + KEY_MAX_BYTES + 1));
      if (end < bytes.length) mode = 'value';
      return end + 1;
    },
    value(bytes, at) {
      const byte = bytes[at] ?? 0;
      if (isSpace(byte)) return at + 1;
      if (byte === RIGHT_BRACE || byte === RIGHT_BRACKET) {
        leave();
        return at + 1;
      }
      return at + beginValue(byte);
    },
    text(bytes, at) {
      const end = textEnd(bytes, at);
      if (wanted?.kind === 'text' && end > at) wanted.take(bytes.subarray(at, end));
      if (end < bytes.length) valueOver();
      return end + 1;
    },
    scalar(bytes, from) {
      let at = from;
      for (; at < bytes.length; at += 1) {
        const byte = bytes[at] ?? 0;
        if (isSpace(byte) || byte === RIGHT_BRACE || byte === RIGHT_BRACKET) {
          valueOver();
          break;
        }
      }
      return at;
    },
    skip(bytes, from) {
      let at = from;
      for (; at < bytes.length; at += 1) {
        if (isInText) {
          at = textEnd(bytes, at);
          if (at < bytes.length) isInText = false;
          continue;
        }
        const byte = bytes[at];
        if (byte === QUOTE) isInText = true;
        else if (byte === LEFT_BRACE || byte === LEFT_BRACKET) skippedDepth += 1;
        else if (byte === RIGHT_BRACE || byte === RIGHT_BRACKET) skippedDepth -= 1;
        if (skippedDepth === 0) break;
      }
      const end = Math.min(at + 1, bytes.length);
      if (wanted?.kind === 'raw') wanted.take(bytes.subarray(from, end));
      if (skippedDepth === 0 && !isInText) {
        if (wanted?.kind === 'raw') wanted.end?.();
        valueOver();
      }
      return end;
    },
    closed(bytes, at) {
      if ((bytes[at] ?? 0) > 0x20) mode = 'broken';
      return at + 1;
    },
    broken: (bytes) => bytes.length,
  };

  return {
    push(bytes) {
      for (let at = 0; at < bytes.length; ) at = read[mode](bytes, at);
    },
    status: () => (mode === 'before' || mode === 'closed' || mode === 'broken' ? mode : 'open'),
  };
}

function own(fields: Readonly<Record<string, Wanted>>, key: string): Wanted | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}
