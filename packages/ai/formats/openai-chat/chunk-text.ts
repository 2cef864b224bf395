import { asArray, asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import type { GeneratedText } from '../../json/generated-text.ts';
import type { OpenAiShape } from './answer-shape.ts';
import type { ScanPiece } from './event-scan.ts';

const QUOTE = '"';
const BACKSLASH = 0x5c;
const RIGHT_BRACE = 0x7d;
/** Some hundred bytes stand before and behind a chunk's text. */
const ALIKE_MAX_BYTES = 1024;
/** OpenAI pads every chunk with letters, so that lengths tell nothing of the text. */
const CHANGING = '"obfuscation":"';
const choiceIndex = /"index": ?(\d{1,4})\b/;

/** Collects the generated text of a parsed chunk. */
export function addParsedText(text: GeneratedText, chunk: JsonObject, shape: Pick<OpenAiShape, 'textOf'>): void {
  for (const value of asArray(chunk['choices'])) {
    const choice = asObject(value);
    const said = choice === null ? '' : shape.textOf(choice);
    if (said !== '') text.add(said);
  }
}

/**
 * Collects the generated text of one stream's chunks, and which choices there are. Only the end tells whether a stream
 * breaks off, so each chunk is looked at. The usual chunk, whose only text has nothing unusual beside it, is not parsed. A
 * stream's chunks differ only in their texts, so the parts before and behind the last text are not searched again.
 */
export interface ChunkText {
  /** Adds the chunk in `[start, end)` if it is like the last usual one but for its text; false: it is not. */
  addAlike(piece: ScanPiece, start: number, end: number): boolean;
  /** Adds any chunk in `[start, end)` that has neither usage, error nor a reason to finish. */
  add(piece: ScanPiece, start: number, end: number): void;
}

export function createChunkText(
  text: GeneratedText,
  { usualText, endsWithText, ...shape }: OpenAiShape,
  noteChoice: (index: number) => void,
): ChunkText {
  /** The last usual chunk up to its text, and behind it; empty: there was none, or its parts are long. */
  let head = '';
  let tail = '';
  /** Where the tail has letters that change with every chunk, it ends with the bytes behind them. */
  let tailEnd = '';

  function noteIndexIn(part: string): boolean {
    const index = choiceIndex.exec(part)?.[1];
    if (index !== undefined) noteChoice(Number(index));
    return index !== undefined;
  }

  /** Where a usual chunk's text is; null: it is no usual chunk. */
  function textIn(
    piece: ScanPiece,
    start: number,
    end: number,
    key: number,
  ): readonly [from: number, to: number] | null {
    usualText.lastIndex = key;
    if (key - start > ALIKE_MAX_BYTES || !usualText.test(piece.text)) return null;
    const from = usualText.lastIndex;
    const to = textEnd(piece.text, from);
    if (endsWithText && piece.text.charCodeAt(to + 1) !== RIGHT_BRACE) return null;
    return piece.findText(to, end) === -1 ? [from, to] : null;
  }

  function remember(piece: ScanPiece, start: number, from: number, to: number, end: number): boolean {
    const before = piece.bytes.toString('latin1', start, from);
    const behind = piece.bytes.toString('latin1', to, Math.min(end, to + ALIKE_MAX_BYTES));
    if (!before.includes('"choices"') || !(noteIndexIn(before) || noteIndexIn(behind))) return false;
    head = before;
    const changing = behind.indexOf(CHANGING);
    tail = changing === -1 ? behind : behind.slice(0, changing + CHANGING.length);
    tailEnd = changing === -1 ? '' : behind.slice(behind.indexOf(QUOTE, tail.length));
    // A longer one is looked at anew each time.
    if (end - to > ALIKE_MAX_BYTES) head = '';
    return true;
  }

  function isTailAt(piece: ScanPiece, to: number, end: number): boolean {
    if (!piece.text.startsWith(tail, to)) return false;
    if (tailEnd === '') return to + tail.length === end;
    const quote = piece.text.indexOf(QUOTE, to + tail.length);
    return quote + tailEnd.length === end && piece.text.startsWith(tailEnd, quote);
  }

  return {
    addAlike(piece, start, end) {
      if (head === '' || !piece.text.startsWith(head, start)) return false;
      const from = start + head.length;
      const to = textEnd(piece.text, from);
      if (!isTailAt(piece, to, end)) return false;
      if (to > from) text.addRaw(piece.bytes, from, to);
      return true;
    },
    add(piece, start, end) {
      const key = piece.findText(start, end);
      // Without its key there is no text, as in the verdict of a filter.
      if (key === -1) return;
      const found = textIn(piece, start, end, key);
      if (found !== null && remember(piece, start, found[0], found[1], end)) {
        if (found[1] > found[0]) text.addRaw(piece.bytes, found[0], found[1]);
        return;
      }
      const chunk = parseObject(piece.bytes.toString('utf8', piece.text.indexOf('{', start), end));
      if (chunk === null) return;
      addParsedText(text, chunk, shape);
      for (const [at, choice] of asArray(chunk['choices']).entries()) noteChoice(indexOf(asObject(choice), at));
    },
  };
}

/** The number of a choice; its place in the list where it has none. */
export function indexOf(choice: JsonObject | null, place: number): number {
  const index = choice?.['index'];
  return typeof index === 'number' ? index : place;
}

/** The index of the quote that ends the text which begins at `from`. */
function textEnd(text: string, from: number): number {
  let at = text.indexOf(QUOTE, from);
  while (at !== -1 && isEscaped(text, at, from)) at = text.indexOf(QUOTE, at + 1);
  return at === -1 ? text.length : at;
}

function isEscaped(text: string, quote: number, from: number): boolean {
  let before = quote - 1;
  while (before >= from && text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (quote - 1 - before) % 2 === 1;
}
