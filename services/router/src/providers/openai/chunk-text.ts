import type { GeneratedText } from '#ai/json/generated-text.ts';
import { asArray, asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import { choiceText } from './choice-text.ts';
import type { ScanPiece } from './event-scan.ts';

const QUOTE = '"';
const BACKSLASH = 0x5c;
const RIGHT_BRACE = 0x7d;
/** Some hundred bytes stand before and behind a chunk's text. */
const ALIKE_MAX_BYTES = 1024;
/** Nearly every chunk of every provider begins its text like this. */
const usualDelta = /"delta": ?\{(?:"role": ?"assistant", ?)?"content": ?"/y;

/** Collects the generated text of a parsed chunk. */
export function addParsedText(text: GeneratedText, chunk: JsonObject): void {
  for (const choice of asArray(chunk['choices'])) {
    const said = choiceText(asObject(asObject(choice)?.['delta']));
    if (said !== '') text.add(said);
  }
}

/**
 * Collects the generated text of one stream's chunks. Only the end tells whether a stream breaks off, so each chunk is
 * looked at. The usual chunk, whose only delta has a content and nothing behind it, is not parsed. A stream's chunks
 * differ only in their texts, so the parts before and behind the last text are not searched for deltas again.
 */
export function createChunkText(text: GeneratedText) {
  let head = '';
  let tail = '';

  /** The index where the text of a usual chunk begins; -1: it is no usual chunk. */
  function textStart(piece: ScanPiece, start: number, end: number): number {
    const isKnown = head !== '' && piece.text.slice(start, start + head.length) === head;
    const delta = isKnown ? start + head.length : piece.findDelta(start, end);
    if (delta === -1 || delta - start > ALIKE_MAX_BYTES) return -1;
    usualDelta.lastIndex = delta;
    if (!usualDelta.test(piece.text)) return -1;
    if (isKnown) return usualDelta.lastIndex;
    const before = piece.bytes.toString('latin1', start, delta);
    if (!before.includes('"choices"')) return -1;
    head = before;
    return usualDelta.lastIndex;
  }

  function isOnlyDelta(piece: ScanPiece, after: number, end: number): boolean {
    if (tail !== '' && piece.text.slice(after, end) === tail) return true;
    if (piece.text.charCodeAt(after) !== RIGHT_BRACE || piece.findDelta(after, end) !== -1) return false;
    if (end - after <= ALIKE_MAX_BYTES) tail = piece.bytes.toString('latin1', after, end);
    return true;
  }

  return {
    /** Adds the chunk in `[start, end)`. */
    add(piece: ScanPiece, start: number, end: number): void {
      const from = textStart(piece, start, end);
      // Without a delta there is no text, as in the verdict of a filter.
      if (from === -1 && piece.findDelta(start, end) === -1) return;
      const to = from === -1 ? -1 : textEnd(piece.text, from);
      if (to !== -1 && isOnlyDelta(piece, to + 1, end)) {
        if (to > from) text.addRaw(piece.bytes, from, to);
        return;
      }
      const chunk = parseObject(piece.bytes.toString('utf8', piece.text.indexOf('{', start), end));
      if (chunk) addParsedText(text, chunk);
    },
  };
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
