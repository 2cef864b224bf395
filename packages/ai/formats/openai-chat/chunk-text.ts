import { asArray, asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import type { GeneratedText } from '../../json/generated-text.ts';
import type { OpenAiShape } from './answer-shape.ts';
import type { ScanPiece } from './event-scan.ts';

const QUOTE = '"';
const BACKSLASH = 0x5c;
const RIGHT_BRACE = 0x7d;
/** Some hundred bytes stand before and behind a chunk's text. */
const ALIKE_MAX_BYTES = 1024;
const choiceIndex = /"index": ?(\d{1,4})\b/;

/** Collects the generated text of a parsed chunk. */
export function addParsedText(text: GeneratedText, chunk: JsonObject, shape: OpenAiShape): void {
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
export function createChunkText(text: GeneratedText, shape: OpenAiShape, noteChoice: (index: number) => void) {
  const { usualText, endsWithText } = shape;
  let head = '';
  let hasHeadIndex = false;
  let tail = '';

  /** The index where the text of a usual chunk begins; -1: it is no usual chunk. */
  function textStart(piece: ScanPiece, start: number, end: number): number {
    const isKnown = head !== '' && piece.text.startsWith(head, start);
    const key = isKnown ? start + head.length : piece.findText(start, end);
    if (key === -1 || key - start > ALIKE_MAX_BYTES) return -1;
    usualText.lastIndex = key;
    if (!usualText.test(piece.text)) return -1;
    const from = usualText.lastIndex;
    if (isKnown) return from;
    const before = piece.bytes.toString('latin1', start, key);
    if (!before.includes('"choices"')) return -1;
    head = before;
    // The part behind the text may be another choice's now.
    tail = '';
    hasHeadIndex = noteIndexIn(before);
    return from;
  }

  function isOnlyText(piece: ScanPiece, after: number, end: number): boolean {
    if (tail !== '' && piece.text.startsWith(tail, after) && after + tail.length === end) return true;
    if (endsWithText && piece.text.charCodeAt(after) !== RIGHT_BRACE) return false;
    if (piece.findText(after, end) !== -1) return false;
    if (end - after > ALIKE_MAX_BYTES) return hasHeadIndex;
    tail = piece.bytes.toString('latin1', after, end);
    return hasHeadIndex || noteIndexIn(tail);
  }

  function noteIndexIn(part: string): boolean {
    const index = choiceIndex.exec(part)?.[1];
    if (index !== undefined) noteChoice(Number(index));
    return index !== undefined;
  }

  return {
    /** Adds the chunk in `[start, end)`. */
    add(piece: ScanPiece, start: number, end: number): void {
      const from = textStart(piece, start, end);
      // Without its key there is no text, as in the verdict of a filter.
      if (from === -1 && piece.findText(start, end) === -1) return;
      const to = from === -1 ? -1 : textEnd(piece.text, from);
      if (to !== -1 && isOnlyText(piece, to + 1, end)) {
        if (to > from) text.addRaw(piece.bytes, from, to);
        return;
      }
      tail = '';
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
