import { asArray, asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import type { AnswerDecoder, AnswerStatus, ProviderError } from '../../answer-decoder.ts';
import type { AnswerEnd } from '../../chat/answer-part.ts';
import type { Tap } from '../../format.ts';
import { type AnswerScan, createAnswerScan } from '../../json/answer-scan.ts';
import { createByteStore } from '../../json/byte-store.ts';
import { spliceFields } from '../../json/splice-fields.ts';
import { writeJson } from '../../json/write-json.ts';
import { readUsage } from '../../usage/read-usage.ts';
import type { UsageReport } from '../../usage.ts';
import { failureIn, type OpenAiShape, usageIn } from './answer-shape.ts';
import { usageWithCost } from './closing.ts';
import { readOpenAiError, saysBadStatus } from './errors.ts';

/**
 * Up to this size an answer is held whole, so that an answer that breaks off becomes an error and not half a document.
 * Longer than any answer without odds (`logprobs`) or pictures in it.
 */
const HELD_MAX_BYTES = 1024 * 1024;
/** A line break or nothing follows a document. */
const AFTER_END_MAX_BYTES = 64 * 1024;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** The state of an answer in one document. */
interface WholeAnswer {
  readonly shape: OpenAiShape;
  /** A short answer, or the last piece of a long one. */
  readonly held: ReturnType<typeof createByteStore>;
  document: JsonObject | null;
  scan: AnswerScan<JsonObject> | null;
  isLong: boolean;
  afterEndBytes: number;
  status: AnswerStatus;
  failure: ProviderError | null;
}

/**
 * An answer in one document, passed on unchanged. A short answer is held until it is whole. A longer one is passed on
 * in pieces, all but the last: without the bracket that ends the document, no client can take it for whole.
 */
export function openWholeTap(shape: OpenAiShape, tap: Tap): AnswerDecoder {
  const answer: WholeAnswer = {
    shape,
    held: createByteStore(),
    document: null,
    scan: null,
    isLong: false,
    afterEndBytes: 0,
    status: 'open',
    failure: null,
  };
  return {
    push(piece) {
      answer.isLong ||= answer.held.length() + piece.length > HELD_MAX_BYTES;
      if (answer.isLong) return pushLong(answer, piece);
      answer.held.append(piece);
      return null;
    },
    end: () => end(answer),
    status: () => answer.status,
    isOver: () => answer.status !== 'open',
    usage: () => usageOf(answer, tap),
    // The report stands in a document that is written when all of it is known.
    isUsageFinal: () => true,
    hasWork: () => hasWork(answer, tap),
    failure: () => answer.failure,
    closing: (told) => closing(answer, tap, told),
    sample: () => scanned(answer).sample(),
  };
}

/** An empty list of choices in a whole document is no model's work, unless its usage says that there was some. */
function hasWork(answer: WholeAnswer, tap: Tap): boolean {
  if (answer.status === 'whole') return true;
  if (answer.failure !== null) return false;
  return answer.document === null ? scanned(answer).hasWork() : usageOf(answer, tap) !== null;
}

/** A short answer is scanned only if it turns out to be no answer, or to have no usage. */
function scanned(answer: WholeAnswer): AnswerScan<JsonObject> {
  if (answer.scan !== null) return answer.scan;
  answer.scan = createAnswerScan(answer.shape.document);
  answer.scan.push(withoutMark(answer.held.bytes()));
  return answer.scan;
}

/** The held bytes can go, unless the document ends in them. */
function pushLong(answer: WholeAnswer, piece: Buffer): Buffer | null {
  const reader = scanned(answer);
  const hasEnded = reader.status() === 'closed';
  reader.push(piece);
  if (hasEnded) answer.afterEndBytes += piece.length;
  const isDocument = reader.status() === 'open' || reader.status() === 'closed';
  if (!isDocument || answer.afterEndBytes > AFTER_END_MAX_BYTES) {
    answer.status = 'invalid';
    return null;
  }
  const passed = hasEnded ? null : answer.held.take();
  answer.held.append(piece);
  return passed;
}

function end(answer: WholeAnswer): void {
  if (answer.status !== 'open') return;
  if (answer.isLong) {
    const isWhole = scanned(answer).status() === 'closed' && scanned(answer).hasAnswer();
    answer.status = isWhole ? 'whole' : unfinished(answer);
    return;
  }
  answer.document = parseObject(withoutMark(answer.held.bytes()).toString());
  answer.status = answer.document === null ? unfinished(answer) : statusOf(answer, answer.document);
}

function statusOf(answer: WholeAnswer, document: JsonObject): AnswerStatus {
  const failed = failureIn(document) ?? (saysBadStatus(document['base_resp']) ? document : null);
  if (failed !== null) {
    answer.failure = readOpenAiError(0, failed);
    return 'failed';
  }
  // Without a choice there is no answer, whatever else there is.
  return asArray(document[answer.shape.document.answerField]).length > 0 ? 'whole' : 'invalid';
}

/** A document without an end was cut, however cleanly the connection ended. */
function unfinished(answer: WholeAnswer): AnswerStatus {
  return scanned(answer).status() === 'open' ? 'open' : 'invalid';
}

function usageOf(answer: WholeAnswer, { rules }: Tap): UsageReport | null {
  const { shape, document } = answer;
  const { hasOutput } = shape;
  if (document !== null) {
    const tier = document['service_tier'];
    return readUsage(usageIn(document), rules.usage, { hasOutput, serviceTier: typeof tier === 'string' ? tier : '' });
  }
  // Of a document that was cut or cannot be read, the provider may bill what it told before.
  const scan = scanned(answer);
  return readUsage(scan.usage(), rules.usage, { hasOutput, serviceTier: scan.serviceTier() });
}

/** The bytes as they came. The cost is put into a usage that has not gone yet. */
function closing({ held, document }: WholeAnswer, { tellsCost }: Tap, end: AnswerEnd): Buffer {
  const bytes = held.bytes();
  if (!tellsCost || end.costNanoUsd === undefined || document === null) return bytes;
  const usage = writeJson(usageWithCost(asObject(document['usage']), end));
  return spliceFields(withoutMark(bytes), document, new Map([['usage', { kind: 'put', json: usage }]]));
}

function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
    ? bytes.subarray(BYTE_ORDER_MARK.length)
    : bytes;
}
