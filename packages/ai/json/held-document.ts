import { type JsonObject, parseObject } from '#kernel/json.ts';
import { createByteStore } from './byte-store.ts';

/**
 * Up to this size a document is held whole, so that one that breaks off becomes an error and not half a document. Longer than
 * any answer without odds (`logprobs`) or pictures in it: 128,000 tokens are half of it.
 */
const HELD_MAX_BYTES = 1024 * 1024;
/** A line break or nothing follows a document. */
const AFTER_END_MAX_BYTES = 64 * 1024;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** What reads a document in pieces. */
interface DocumentScan {
  push(bytes: Buffer): void;
  readonly status: () => 'before' | 'open' | 'closed' | 'broken';
}

/** How a document ended: read, passed on to its last bracket (`closed`), cut, or no document. */
export type DocumentEnd =
  | { readonly kind: 'read'; readonly document: JsonObject }
  | { readonly kind: 'closed' | 'cut' | 'invalid' };

/**
 * A document that is passed on unchanged. A short one is held until it is whole. A longer one is passed on in pieces, all but
 * the last: without the bracket that ends the document, no client can take it for whole.
 */
export interface HeldDocument<S extends DocumentScan> {
  /** Returns what the client may have now. */
  push(piece: Buffer): Buffer | null;
  /** A long document is none, or something stands behind it. */
  readonly isBroken: () => boolean;
  readonly isLong: () => boolean;
  end(): DocumentEnd;
  /** All that has come, scanned: on demand, since a short document is scanned only if it turns out to be none. */
  readonly scanned: () => S;
  /** A short document, or the last piece of a long one, as it came. */
  readonly bytes: () => Buffer;
}

export function createHeldDocument<S extends DocumentScan>(createScan: () => S): HeldDocument<S> {
  const held = createByteStore();
  let scan: S | null = null;
  let isLong = false;
  let isBroken = false;
  let afterEndBytes = 0;

  function scanned(): S {
    if (scan !== null) return scan;
    scan = createScan();
    scan.push(withoutMark(held.bytes()));
    return scan;
  }

  /** The held bytes can go, unless the document ends in them. */
  function pushLong(piece: Buffer): Buffer | null {
    const reader = scanned();
    const hasEnded = reader.status() === 'closed';
    reader.push(piece);
    if (hasEnded) afterEndBytes += piece.length;
    const isDocument = reader.status() === 'open' || reader.status() === 'closed';
    isBroken = !isDocument || afterEndBytes > AFTER_END_MAX_BYTES;
    if (isBroken) return null;
    const passed = hasEnded ? null : held.take();
    held.append(piece);
    return passed;
  }

  return {
    push(piece) {
      isLong ||= held.length() + piece.length > HELD_MAX_BYTES;
      if (isLong) return pushLong(piece);
      scan?.push(piece);
      held.append(piece);
      return null;
    },
    isBroken: () => isBroken,
    isLong: () => isLong,
    end() {
      const document = isLong ? null : parseObject(withoutMark(held.bytes()).toString());
      if (document !== null) return { kind: 'read', document };
      const status = scanned().status();
      // A document without an end was cut, however cleanly the connection ended.
      if (status === 'open') return { kind: 'cut' };
      return { kind: isLong && status === 'closed' ? 'closed' : 'invalid' };
    },
    scanned,
    bytes: held.bytes,
  };
}

/** A document without the byte-order mark that some servers write before it. */
export function withoutMark(bytes: Buffer): Buffer {
  const isMarked = bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  return isMarked ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes;
}
