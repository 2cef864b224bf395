import type { TextSample } from '../answer-decoder.ts';

/** Some ten thousand tokens of text: enough to estimate the rest, and 64 MB for a thousand answers. */
const SAMPLE_MAX_BYTES = 64 * 1024;
/** The initial room for a text. Most answers break off early or not at all. */
const SAMPLE_FIRST_BYTES = 1024;
/** The beginning of an escape at the end of the kept text. */
const begunEscape = /\\(?:u[\da-f]{0,3})?$/i;

/** Keeps the beginning of the generated text and counts all of it, in case the usage has to be estimated. */
export interface GeneratedText {
  /** Adds a part of a JSON string, as it stands between its quotes, in `[start, end)` of the bytes. */
  addRaw(bytes: Buffer, start: number, end: number): void;
  add(text: string): void;
  readonly isEmpty: () => boolean;
  readonly read: () => TextSample;
}

export function createGeneratedText(): GeneratedText {
  /** A copy of the bytes: a few letters must not keep their whole chunk in memory. */
  let raw: Buffer | null = null;
  let rawBytes = 0;
  let text = '';
  let total = 0;

  function roomFor(bytes: number): Buffer {
    const needed = rawBytes + bytes;
    if (raw && needed <= raw.length) return raw;
    const grown = Buffer.allocUnsafe(Math.max(needed, SAMPLE_FIRST_BYTES, Math.min(rawBytes * 2, SAMPLE_MAX_BYTES)));
    raw?.copy(grown, 0, 0, rawBytes);
    raw = grown;
    return grown;
  }

  return {
    addRaw(bytes, start, end) {
      total += end - start;
      const added = Math.min(end - start, SAMPLE_MAX_BYTES - rawBytes);
      if (added <= 0) return;
      rawBytes += bytes.copy(roomFor(added), rawBytes, start, start + added);
    },
    add(piece) {
      total += piece.length;
      if (text.length < SAMPLE_MAX_BYTES) text += piece.slice(0, SAMPLE_MAX_BYTES - text.length);
    },
    isEmpty: () => total === 0,
    read() {
      const kept = rawBytes + text.length;
      const said = raw ? unescaped(raw.toString('utf8', 0, rawBytes)) : '';
      return { text: text + said, scale: kept === 0 ? 1 : total / kept };
    },
  };
}

/**
 * Decodes an escaped text. A text cut off inside an escape loses that escape; a text that is no JSON stays as it is.
 */
function unescaped(raw: string): string {
  for (const text of [raw, raw.replace(begunEscape, '')]) {
    try {
      return String(JSON.parse(`"${text}"`));
    } catch {
      // Without the incomplete escape.
    }
  }
  return raw;
}
