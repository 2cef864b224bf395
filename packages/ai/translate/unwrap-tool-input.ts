import { parseObject } from '#kernel/json.ts';

/**
 * A custom tool takes any text. A format without custom tools is given a function with one text field instead, and calls it
 * with `{"input": "..."}`. This gives the text back, piece by piece as the JSON comes, wherever it is cut.
 */
export interface ToolInputUnwrapper {
  /** Takes more of the JSON. Returns what it adds to the text. */
  push(json: string): string;
  /** The JSON has ended. Returns the rest of the text. */
  end(): string;
}

/** The only field of a wrapped tool. */
export const WRAPPED_FIELD = 'input';

/** What comes before the text. `null` stands for white space of any length. */
const beginning: readonly (string | null)[] = [null, '{', null, ...`"${WRAPPED_FIELD}"`, null, ':', null, '"'];

const plainEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

const HEX_DIGITS = 4;

interface Unwrapping {
  /** `other`: the JSON has another form than expected, and is looked at when it is whole. */
  mode: 'beginning' | 'text' | 'over' | 'other';
  /** How much of the beginning has come. */
  step: number;
  /** All of the JSON, while it may turn out to have another form. */
  seen: string;
  /** The beginning of an escape, or the first half of a character of two units. */
  held: string;
}

export function createToolInputUnwrapper(): ToolInputUnwrapper {
  const unwrapping: Unwrapping = { mode: 'beginning', step: 0, seen: '', held: '' };
  return {
    push(json) {
      if (unwrapping.mode === 'over') return '';
      let rest = json;
      if (unwrapping.mode === 'beginning') rest = readBeginning(unwrapping, json);
      else if (unwrapping.mode === 'other') unwrapping.seen += json;
      return unwrapping.mode === 'text' ? readText(unwrapping, rest) : '';
    },
    end() {
      const { mode, seen, held } = unwrapping;
      unwrapping.mode = 'over';
      if (mode === 'other' || mode === 'beginning') return unwrapToolInput(seen);
      // A half character stays as it is; the beginning of an escape stands for nothing.
      return mode === 'text' && !held.startsWith('\\') ? held : '';
    },
  };
}

/** The text of a whole wrapped input. A model that wrote the text itself, or named the field otherwise, is understood. */
export function unwrapToolInput(json: string): string {
  const input = parseObject(json);
  if (input === null) return json;
  const named = input[WRAPPED_FIELD];
  if (typeof named === 'string') return named;
  const values = Object.values(input);
  return values.length === 1 && typeof values[0] === 'string' ? values[0] : json;
}

/** Returns what stands behind the beginning, if that is over. */
function readBeginning(unwrapping: Unwrapping, json: string): string {
  unwrapping.seen += json;
  for (let at = 0; at < json.length; at += 1) {
    const letter = json.charAt(at);
    if (beginning[unwrapping.step] === null) {
      if (isSpace(letter)) continue;
      unwrapping.step += 1;
    }
    if (letter !== beginning[unwrapping.step]) {
      unwrapping.mode = 'other';
      return '';
    }
    unwrapping.step += 1;
    if (unwrapping.step === beginning.length) {
      unwrapping.mode = 'text';
      unwrapping.seen = '';
      return json.slice(at + 1);
    }
  }
  return '';
}

function isSpace(letter: string): boolean {
  return letter === ' ' || letter === '\n' || letter === '\r' || letter === '\t';
}

/** Decodes a part of a JSON string up to its closing quote, and holds what the next part may complete. */
function readText(unwrapping: Unwrapping, json: string): string {
  const special = /["\\]/g;
  // A held half character may be completed by an escape as well as by the letter itself.
  const half = unwrapping.held.startsWith('\\') ? '' : unwrapping.held;
  const source = half === '' ? unwrapping.held + json : json;
  unwrapping.held = '';
  let text = half;
  let at = 0;
  for (;;) {
    special.lastIndex = at;
    const next = special.exec(source)?.index ?? source.length;
    text += source.slice(at, next);
    if (next === source.length) break;
    if (source[next] === '"') {
      unwrapping.mode = 'over';
      return text;
    }
    const escaped = readEscape(source, next);
    if (escaped === null) {
      unwrapping.held = source.slice(next);
      break;
    }
    text += escaped.text;
    at = escaped.end;
  }
  return withoutHalf(unwrapping, text);
}

/** The escape at an index; null if it is not whole. */
function readEscape(source: string, at: number): { text: string; end: number } | null {
  const letter = source[at + 1];
  if (letter === undefined) return null;
  if (letter !== 'u') return { text: plainEscapes.get(letter) ?? letter, end: at + 2 };
  const end = at + 2 + HEX_DIGITS;
  if (source.length < end) return null;
  const unit = Number.parseInt(source.slice(at + 2, end), 16);
  return { text: Number.isNaN(unit) ? source.slice(at, end) : String.fromCharCode(unit), end };
}

/** Holds back the first unit of a character of two: alone it cannot be written as UTF-8. */
function withoutHalf(unwrapping: Unwrapping, text: string): string {
  const last = text.charCodeAt(text.length - 1);
  if (!(last >= 0xd800 && last <= 0xdbff)) return text;
  if (unwrapping.held !== '') {
    // An escape behind the half has begun: both wait, the half as an escape of its own.
    unwrapping.held = `\\u${last.toString(16)}${unwrapping.held}`;
  } else unwrapping.held = text.slice(-1);
  return text.slice(0, -1);
}
