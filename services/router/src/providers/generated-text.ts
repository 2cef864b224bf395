import { createByteStore } from '../byte-store.ts';
import type { TextSample } from '../ports.ts';

/** Some ten thousand tokens of text: enough to estimate the rest by, and 64 MB at a thousand answers. */
const SAMPLE_MAX_BYTES = 64 * 1024;
/** An escape is cut off at its longest as the first half of a surrogate pair. */
const ESCAPE_MAX_BYTES = 12;

/** Keeps the beginning of what was generated, and counts all of it, in case its usage has to be estimated. */
export interface GeneratedText {
  /** A part of a JSON string as it stands between its quotes. */
  add(raw: Buffer): void;
  readonly isEmpty: () => boolean;
  readonly read: () => TextSample;
}

export function createGeneratedText(): GeneratedText {
  const kept = createByteStore();
  let totalBytes = 0;

  return {
    add(raw) {
      totalBytes += raw.length;
      const room = SAMPLE_MAX_BYTES - kept.length();
      // Copied, so that a few letters do not keep the whole chunk that they came in.
      if (room > 0) kept.append(Buffer.from(raw.subarray(0, room)));
    },
    isEmpty: () => totalBytes === 0,
    read: () => ({ text: unescaped(kept.bytes()), scale: kept.length() === 0 ? 1 : totalBytes / kept.length() }),
  };
}

/** The text that escaped bytes stand for. Cut off inside an escape, they lose that; no JSON, they stand for themselves. */
function unescaped(raw: Buffer): string {
  const text = raw.toString();
  for (let cut = 0; cut <= ESCAPE_MAX_BYTES; cut += 1) {
    try {
      return String(JSON.parse(`"${text.slice(0, text.length - cut)}"`));
    } catch {
      // One character less, then.
    }
  }
  return text;
}
