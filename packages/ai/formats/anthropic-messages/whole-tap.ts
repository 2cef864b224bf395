import { asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import type { AnswerDecoder, AnswerStatus, ProviderError } from '../../answer-decoder.ts';
import type { AnswerEnd } from '../../chat/answer-part.ts';
import type { Tap } from '../../format.ts';
import { type AnswerScan, type AnswerShape, createAnswerScan } from '../../json/answer-scan.ts';
import { type ByteStore, createByteStore } from '../../json/byte-store.ts';
import { spliceFields } from '../../json/splice-fields.ts';
import { RawJson, writeJson } from '../../json/write-json.ts';
import { costText } from '../../usage/cost-text.ts';
import type { UsageReport } from '../../usage.ts';
import { failureOf, isFailed } from './failure.ts';
import { readMessagesUsage } from './usage.ts';
import { writeUsage } from './write-usage.ts';

/**
 * Up to this size an answer is held whole, so that an answer that breaks off becomes an error and not half a document.
 * 128,000 tokens are half of it.
 */
const HELD_MAX_BYTES = 1024 * 1024;
/** A line break or nothing follows a document. */
const AFTER_END_MAX_BYTES = 64 * 1024;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** A message's blocks: text, thinking, and the input of tools. */
const messageShape: AnswerShape<JsonObject> = {
  answerField: 'content',
  answer: (text, raw) => ({
    kind: 'items',
    item: { kind: 'fields', fields: { text, thinking: text, name: text, input: raw } },
  }),
  readUsage: asObject,
};

interface WholeAnswer {
  /** A short answer, or the last piece of a long one. */
  readonly held: ByteStore;
  document: JsonObject | null;
  scan: AnswerScan<JsonObject> | null;
  isLong: boolean;
  afterEndBytes: number;
  status: AnswerStatus;
  failure: ProviderError | null;
}

/**
 * A message in one document, passed on unchanged. A short one is held until it is whole. A longer one is passed on in
 * pieces, all but the last: without the bracket that ends the document, no client can take it for whole.
 */
export function openWholeTap(tap: Tap): AnswerDecoder {
  const answer: WholeAnswer = {
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
    hasWork: () => answer.status === 'whole' || (answer.failure === null && scanned(answer).hasWork()),
    failure: () => answer.failure,
    closing: (told) => closing(answer, tap, told),
    sample: () => scanned(answer).sample(),
  };
}

/** A short answer is scanned only if it turns out to be none, or to have no usage. */
function scanned(answer: WholeAnswer): AnswerScan<JsonObject> {
  if (answer.scan !== null) return answer.scan;
  answer.scan = createAnswerScan(messageShape);
  answer.scan.push(withoutMark(answer.held.bytes()));
  return answer.scan;
}

/** The held bytes can go, unless the document ends in them. */
function pushLong(answer: WholeAnswer, piece: Buffer): Buffer | null {
  const scan = scanned(answer);
  const hasEnded = scan.status() === 'closed';
  scan.push(piece);
  if (hasEnded) answer.afterEndBytes += piece.length;
  const isDocument = scan.status() === 'open' || scan.status() === 'closed';
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
  if (!isFailed(document)) return Array.isArray(document['content']) ? 'whole' : 'invalid';
  answer.failure = failureOf(document);
  return 'failed';
}

/** A document without an end was cut, however cleanly the connection ended. */
function unfinished(answer: WholeAnswer): AnswerStatus {
  return scanned(answer).status() === 'open' ? 'open' : 'invalid';
}

function usageOf({ document, scan }: WholeAnswer, { rules }: Tap): UsageReport | null {
  return readMessagesUsage(document === null ? (scan?.usage() ?? null) : document['usage'], rules.usage);
}

/** The bytes as they came. The cost is put into a usage that has not gone yet. */
function closing({ held, document }: WholeAnswer, { tellsCost }: Tap, told: AnswerEnd): Buffer {
  const bytes = held.bytes();
  if (!tellsCost || told.costNanoUsd === undefined || document === null) return bytes;
  const json = writeJson(usageWithCost(document['usage'], told));
  return spliceFields(withoutMark(bytes), document, new Map([['usage', { kind: 'put', json }]]));
}

/** The provider's usage, or ours where it has none, with the cost. */
export function usageWithCost(reported: unknown, end: AnswerEnd): JsonObject {
  const usage = asObject(reported) ?? { ...writeUsage({ ...end, costNanoUsd: undefined }) };
  return end.costNanoUsd === undefined ? usage : { ...usage, cost: new RawJson(costText(end.costNanoUsd)) };
}

function withoutMark(bytes: Buffer): Buffer {
  const isMarked = bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  return isMarked ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes;
}
