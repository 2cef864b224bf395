import { asArray, asObject, type JsonObject, parseObject } from '#openai-wire/json-object.ts';
import type { GeneratedText } from '../generated-text.ts';
import { choiceText } from './choice-text.ts';
import type { ScanPiece } from './event-scan.ts';

const QUOTE = '"';
const BACKSLASH = 0x5c;
const RIGHT_BRACE = 0x7d;
/** How nearly every chunk of every provider begins its text. */
const usualDelta = /"delta": ?\{(?:"role": ?"assistant", ?)?"content": ?"/y;

/** Adds what a parsed chunk has of generated text. */
export function addParsedText(text: GeneratedText, chunk: JsonObject): void {
  for (const choice of asArray(chunk['choices'])) {
    const said = choiceText(asObject(asObject(choice)?.['delta']));
    if (said !== '') text.add(Buffer.from(JSON.stringify(said).slice(1, -1)));
  }
}

/**
 * Adds what the chunk in `[start, end)` has of generated text. Whether a stream breaks off is known at its end only, so every
 * chunk is looked at, but the usual one, whose delta has a content and nothing behind it, is not parsed.
 */
export function addChunkText(text: GeneratedText, piece: ScanPiece, start: number, end: number): void {
  const delta = piece.findDelta(start, end);
  // A chunk without a delta holds no text: a role, a filter's verdict, the like.
  if (delta === -1) return;
  usualDelta.lastIndex = delta;
  if (usualDelta.test(piece.text)) {
    const from = usualDelta.lastIndex;
    const to = textEnd(piece.text, from);
    const isAll = piece.text.charCodeAt(to + 1) === RIGHT_BRACE && piece.findDelta(to, end) === -1;
    if (isAll) {
      if (to > from) text.add(piece.bytes.subarray(from, to));
      return;
    }
  }
  const brace = piece.text.indexOf('{', start);
  const chunk = parseObject(piece.bytes.toString('utf8', brace, end));
  if (chunk) addParsedText(text, chunk);
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
