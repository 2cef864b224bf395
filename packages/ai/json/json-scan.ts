/** The places of a document to report. Everything else is skipped. */
export type Wanted =
  /** A text: `take` gets the bytes between its quotes, with escapes as they stand, in pieces. */
  | { readonly kind: 'text'; readonly take: (raw: Buffer) => void }
  /** A number or a word: `take` gets its bytes in pieces, `end` follows. */
  | { readonly kind: 'scalar'; readonly take: (raw: Buffer) => void; readonly end: () => void }
  /** An object or an array: `take` gets its bytes in pieces, `end` follows. */
  | { readonly kind: 'raw'; readonly take: (raw: Buffer) => void; readonly end?: () => void }
  | { readonly kind: 'fields'; readonly fields: Readonly<Record<string, Wanted>>; readonly begin?: () => void }
  | { readonly kind: 'items'; readonly item: Wanted; readonly begin?: () => void };

/**
 * Reads a JSON object piece by piece, each byte once, and keeps none. The wanted places go to their callbacks. It does
 * not validate: commas and colons count as spaces, and any closing bracket closes.
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
/** The longest key to compare: wanted keys have a few letters. */
const KEY_MAX_BYTES = 64;

type Mode = 'before' | 'key' | 'in-key' | 'value' | 'text' | 'scalar' | 'skip' | 'closed' | 'broken';
/** A container that holds a wanted place. There are no more of them than the wanted places are deep. */
type Container = Extract<Wanted, { kind: 'fields' | 'items' }>;

const isSpace = (byte: number): boolean => byte <= 0x20 || byte === COMMA || byte === COLON;

/** The state of a document. */
interface Reading {
  readonly root: Extract<Wanted, { kind: 'fields' }>;
  readonly open: Container[];
  mode: Mode;
  key: string;
  /** How the current value is wanted. */
  wanted: Wanted | undefined;
  isEscaped: boolean;
  isInText: boolean;
  skippedDepth: number;
}

export function createJsonScan(root: Extract<Wanted, { kind: 'fields' }>): JsonScan {
  const reading: Reading = {
    root,
    open: [],
    mode: 'before',
    key: '',
    wanted: undefined,
    isEscaped: false,
    isInText: false,
    skippedDepth: 0,
  };
  return {
    push(bytes) {
      for (let at = 0; at < bytes.length; ) at = read[reading.mode](reading, bytes, at);
    },
    status() {
      const { mode } = reading;
      return mode === 'before' || mode === 'closed' || mode === 'broken' ? mode : 'open';
    },
  };
}

/** Each reads from an index, and returns the index to continue from. */
const read: Record<Mode, (reading: Reading, bytes: Buffer, at: number) => number> = {
  before(reading, bytes, at) {
    const byte = bytes[at] ?? 0;
    if (byte === LEFT_BRACE) enter(reading, reading.root);
    else if (byte > 0x20) reading.mode = 'broken';
    return at + 1;
  },
  key(reading, bytes, at) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) {
      reading.key = '';
      reading.mode = 'in-key';
    } else if (byte === RIGHT_BRACE || byte === RIGHT_BRACKET) leave(reading);
    else if (!isSpace(byte)) reading.mode = 'broken';
    return at + 1;
  },
  'in-key'(reading, bytes, at) {
    const end = textEnd(reading, bytes, at);
    if (reading.key.length <= KEY_MAX_BYTES)
      reading.key += bytes.toString('latin1', at, Math.min(end, at + KEY_MAX_BYTES + 1));
    if (end < bytes.length) reading.mode = 'value';
    return end + 1;
  },
  value(reading, bytes, at) {
    const byte = bytes[at] ?? 0;
    if (isSpace(byte)) return at + 1;
    if (byte === RIGHT_BRACE || byte === RIGHT_BRACKET) {
      leave(reading);
      return at + 1;
    }
    return at + beginValue(reading, byte);
  },
  text(reading, bytes, at) {
    const end = textEnd(reading, bytes, at);
    if (reading.wanted?.kind === 'text' && end > at) reading.wanted.take(bytes.subarray(at, end));
    if (end < bytes.length) valueOver(reading);
    return end + 1;
  },
  scalar,
  skip,
  closed(reading, bytes, at) {
    if ((bytes[at] ?? 0) > 0x20) reading.mode = 'broken';
    return at + 1;
  },
  broken: (_reading, bytes) => bytes.length,
};

function scalar(reading: Reading, bytes: Buffer, from: number): number {
  const { wanted } = reading;
  let at = from;
  let isOver = false;
  for (; at < bytes.length && !isOver; at += 1) {
    const byte = bytes[at] ?? 0;
    isOver = isSpace(byte) || byte === RIGHT_BRACE || byte === RIGHT_BRACKET;
  }
  const end = isOver ? at - 1 : at;
  if (wanted?.kind === 'scalar') {
    if (end > from) wanted.take(bytes.subarray(from, end));
    if (isOver) wanted.end();
  }
  if (isOver) valueOver(reading);
  return end;
}

/** Skips an object or an array by counting brackets. Passes its bytes on if they are wanted raw. */
function skip(reading: Reading, bytes: Buffer, from: number): number {
  const { wanted } = reading;
  let at = from;
  for (; at < bytes.length; at += 1) {
    if (reading.isInText) {
      at = textEnd(reading, bytes, at);
      if (at < bytes.length) reading.isInText = false;
      continue;
    }
    const byte = bytes[at];
    if (byte === QUOTE) reading.isInText = true;
    else if (byte === LEFT_BRACE || byte === LEFT_BRACKET) reading.skippedDepth += 1;
    else if (byte === RIGHT_BRACE || byte === RIGHT_BRACKET) reading.skippedDepth -= 1;
    if (reading.skippedDepth === 0) break;
  }
  const end = Math.min(at + 1, bytes.length);
  if (wanted?.kind === 'raw') wanted.take(bytes.subarray(from, end));
  if (reading.skippedDepth === 0 && !reading.isInText) {
    if (wanted?.kind === 'raw') wanted.end?.();
    valueOver(reading);
  }
  return end;
}

/** The index of the quote that ends the text, or the end of the bytes. */
function textEnd(reading: Reading, bytes: Buffer, from: number): number {
  // A local variable, since this loop runs for every byte of an answer.
  let { isEscaped } = reading;
  let at = from;
  for (; at < bytes.length; at += 1) {
    if (isEscaped) isEscaped = false;
    else if (bytes[at] === BACKSLASH) isEscaped = true;
    else if (bytes[at] === QUOTE) break;
  }
  reading.isEscaped = isEscaped;
  return at;
}

/** Begins a value at its first byte. Returns how many bytes of it were read. */
function beginValue(reading: Reading, byte: number): 0 | 1 {
  const around = reading.open.at(-1);
  const wanted =
    around?.kind === 'items' ? around.item : around?.kind === 'fields' ? own(around.fields, reading.key) : undefined;
  reading.wanted = wanted;
  if (byte === QUOTE) reading.mode = 'text';
  else if (byte === LEFT_BRACE && wanted?.kind === 'fields') enter(reading, wanted);
  else if (byte === LEFT_BRACKET && wanted?.kind === 'items') enter(reading, wanted);
  else if (byte === LEFT_BRACE || byte === LEFT_BRACKET) {
    reading.mode = 'skip';
    reading.skippedDepth = 0;
    return 0;
  } else {
    reading.mode = 'scalar';
    return 0;
  }
  return 1;
}

function enter(reading: Reading, container: Container): void {
  container.begin?.();
  reading.open.push(container);
  reading.mode = container.kind === 'fields' ? 'key' : 'value';
}

function leave(reading: Reading): void {
  reading.open.pop();
  valueOver(reading);
}

function valueOver(reading: Reading): void {
  const around = reading.open.at(-1);
  if (around === undefined) reading.mode = 'closed';
  else reading.mode = around.kind === 'fields' ? 'key' : 'value';
}

function own(fields: Readonly<Record<string, Wanted>>, key: string): Wanted | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}
