import { parseObject } from '#kernel/json.ts';
import type { GeneratedText } from '../../json/generated-text.ts';
import { readSseEvent } from '../../sse/read-sse-event.ts';

/** Before its text an event has its type, ids and numbers: some hundred bytes. */
const BEFORE_TEXT_MAX_BYTES = 1024;
const BACKSLASH = 0x5c;
const USUAL = '"delta":"';
const delta = /"delta"\s*:\s*"/g;

/** Whether an event carries text that a model generated. Sound is none: its bytes say nothing of tokens. */
export function isTextDelta(type: string): boolean {
  return type.endsWith('.delta') && type !== 'response.audio.delta';
}

/**
 * Collects the generated text of the event in `[start, end)`, in case that the usage has to be estimated. `text` is the bytes
 * as latin1. The usual event is not parsed: its text is found between its quotes.
 */
export function addDelta(sample: GeneratedText, bytes: Buffer, text: string, start: number, end: number): void {
  const from = textStart(text, start, end);
  if (from === -1) return;
  const to = closingQuote(text, from, end);
  if (to !== -1 && from - start <= BEFORE_TEXT_MAX_BYTES) {
    sample.addRaw(bytes, from, to);
    return;
  }
  const data = readSseEvent(bytes.subarray(start, end))?.data ?? '';
  const said = parseObject(data)?.['delta'];
  if (typeof said === 'string') sample.add(said);
}

/** Where the text begins; -1: the event has none. */
function textStart(text: string, start: number, end: number): number {
  const usual = text.indexOf(USUAL, start);
  if (usual !== -1 && usual < end) return usual + USUAL.length;
  delta.lastIndex = start;
  return delta.test(text) && delta.lastIndex <= end ? delta.lastIndex : -1;
}

/** Where the string that begins at `from` ends; -1: it does not end before `end`. */
function closingQuote(text: string, from: number, end: number): number {
  for (let at = text.indexOf('"', from); at !== -1 && at < end; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (before >= from && text.charCodeAt(before) === BACKSLASH) before -= 1;
    if ((at - 1 - before) % 2 === 0) return at;
  }
  return -1;
}
