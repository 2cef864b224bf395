import { type AnswerScan, createAnswerScan } from '#ai/json/answer-scan.ts';
import { createByteStore } from '#ai/json/byte-store.ts';
import type { Usage } from '#ai/usage.ts';
import type { AnswerDecoder, AnswerStatus, WholeAnswer } from '../../ports.ts';
import { readOpenAiAnswer } from './answer.ts';
import { openAiShape } from './answer-shape.ts';

/**
 * Up to this size an answer is held whole, so that an answer that breaks off becomes an error and not half a document.
 * Longer than any answer without odds (`logprobs`) or pictures in it.
 */
const HELD_MAX_BYTES = 1024 * 1024;
/** A line break or nothing follows a document. */
const AFTER_END_MAX_BYTES = 64 * 1024;

/**
 * An answer in one document, passed on unchanged. A short answer is held until it is whole. A longer one is passed on
 * in pieces, all but the last: without the bracket that ends the document, no client can take it for whole.
 */
export function createOpenAiWholeDecoder(): AnswerDecoder {
  /** A short answer, or the last piece of a long one. */
  const held = createByteStore();
  let answer: Extract<WholeAnswer, { kind: 'answer' }> | null = null;
  let scan: AnswerScan<Usage> | null = null;
  let isLong = false;
  let afterEndBytes = 0;
  let status: AnswerStatus = 'open';

  /** A short answer is scanned only if it turns out to be no answer. */
  function scanned(): AnswerScan<Usage> {
    if (scan) return scan;
    scan = createAnswerScan(openAiShape('message'));
    scan.push(held.bytes());
    return scan;
  }

  /** The held bytes can go, unless the document ends in them. */
  function pushLong(piece: Buffer): Buffer | null {
    const reader = scanned();
    const hasEnded = reader.status() === 'closed';
    reader.push(piece);
    if (hasEnded) afterEndBytes += piece.length;
    const isDocument = reader.status() === 'open' || reader.status() === 'closed';
    if (!isDocument || afterEndBytes > AFTER_END_MAX_BYTES) {
      status = 'invalid';
      return null;
    }
    const passed = hasEnded ? null : held.take();
    held.append(piece);
    return passed;
  }

  return {
    push(piece) {
      isLong ||= held.length() + piece.length > HELD_MAX_BYTES;
      if (isLong) return pushLong(piece);
      held.append(piece);
      return null;
    },
    end() {
      if (status !== 'open') return;
      const read = isLong ? null : readOpenAiAnswer(held.bytes());
      if (read?.kind === 'answer') answer = read;
      if (answer || (isLong && scanned().status() === 'closed' && scanned().hasAnswer())) status = 'whole';
      // A document without an end was cut, however cleanly the connection ended.
      else if (scanned().status() !== 'open') status = 'invalid';
    },
    status: () => status,
    isOver: () => status !== 'open',
    usage: () => (answer ?? { usage: scanned().usage() }).usage,
    // The report stands in a document that is written when all of it is known.
    isUsageFinal: () => true,
    hasWork: () => answer !== null || scanned().hasWork(),
    closing: () => held.bytes(),
    sample: () => (answer ?? scanned()).sample(),
  };
}
