import { asArray, asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import type { AnswerDecoder, AnswerStatus, ProviderError } from '../../answer-decoder.ts';
import type { AnswerEnd } from '../../chat/answer-part.ts';
import type { Tap } from '../../format.ts';
import { createByteStore } from '../../json/byte-store.ts';
import { createGeneratedText } from '../../json/generated-text.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { writeJson } from '../../json/write-json.ts';
import type { UsageReport } from '../../usage.ts';
import { readOpenAiError } from '../openai-chat/errors.ts';
import { createResponseScan, type ResponseScan } from './response-scan.ts';
import { withCost } from './tell-cost.ts';
import { readResponseUsage } from './usage.ts';

/** Up to this size a response is held whole, so that one that breaks off becomes an error and not half a document. */
const HELD_MAX_BYTES = 1024 * 1024;
/** A line break or nothing follows a document. */
const AFTER_END_MAX_BYTES = 64 * 1024;

/**
 * A response in one document. A short one is held until it is whole. A longer one is passed on in pieces, all but the last:
 * without the bracket that ends the document, no client can take it for whole.
 */
export function openWholeTap(tap: Tap): AnswerDecoder {
  const text = createGeneratedText();
  const held = createByteStore();
  const rules = tap.rules.usage;
  let scan: ResponseScan | null = null;
  let isLong = false;
  let afterEndBytes = 0;
  let status: AnswerStatus = 'open';
  let usage: UsageReport | null = null;
  let failure: ProviderError | null = null;
  let hasOutput = false;

  /** A short response is scanned only if it turns out to be none. */
  function scanned(): ResponseScan {
    if (scan) return scan;
    scan = createResponseScan(text, rules, false);
    scan.push(held.bytes());
    return scan;
  }

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

  /** Reads a document that was held whole; false: it is none. */
  function readHeld(): boolean {
    const document = parseObject(held.bytes().toString());
    if (document === null) return false;
    failure = failureOf(document);
    usage = readResponseUsage(document, rules);
    hasOutput = asArray(document['output']).length > 0;
    status = failure !== null ? 'failed' : Array.isArray(document['output']) ? 'whole' : 'invalid';
    return true;
  }

  return {
    push(piece) {
      isLong ||= held.length() + piece.length > HELD_MAX_BYTES;
      if (isLong) return pushLong(piece);
      held.append(piece);
      return null;
    },
    end() {
      if (status !== 'open' || (!isLong && readHeld())) return;
      failure = scanned().failure();
      if (isLong && scanned().status() === 'closed') {
        status = failure !== null ? 'failed' : scanned().hasOutput() ? 'whole' : 'invalid';
      }
      // A document without an end was cut, however cleanly the connection ended.
      else if (scanned().status() !== 'open') status = 'invalid';
    },
    status: () => status,
    isOver: () => status !== 'open',
    usage: () => usage ?? scanned().usage(),
    // The report stands in a document that is written when all of it is known.
    isUsageFinal: () => true,
    hasWork: () =>
      hasOutput ||
      usage !== null ||
      (failure === null && (scanned().hasOutput() || scanned().usage() !== null || scanned().status() === 'open')),
    failure: () => failure,
    closing: (end) => closing(held.bytes(), tap, end, isLong),
    sample() {
      scanned();
      return text.read();
    },
  };
}

/** The cost can be told where all of the document is at hand. */
function closing(bytes: Buffer, { tellsCost }: Tap, { costNanoUsd }: AnswerEnd, isLong: boolean): Buffer {
  if (!tellsCost || costNanoUsd === undefined || isLong) return bytes;
  const response = parseObjectKeptDigits(bytes.toString());
  return response === null ? bytes : Buffer.from(writeJson(withCost(response, costNanoUsd)));
}

/** Why a document is no answer; null: it is one, or it says nothing of it. */
function failureOf(document: JsonObject): ProviderError | null {
  const { status } = document;
  const error = document['error'] ?? null;
  if (error === null) return status === 'failed' || status === 'cancelled' ? readOpenAiError(0, null) : null;
  return status === 'completed' ? null : readOpenAiError(0, asObject(error) ?? { message: String(error) });
}
