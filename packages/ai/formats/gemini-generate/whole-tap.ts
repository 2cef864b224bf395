import { asObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerDecoder, AnswerStatus, ProviderError } from '../../answer-decoder.ts';
import type { AnswerEnd } from '../../chat/answer-part.ts';
import type { FormatName, Tap } from '../../format.ts';
import { type AnswerScan, createAnswerScan } from '../../json/answer-scan.ts';
import { createHeldDocument, type HeldDocument, withoutMark } from '../../json/held-document.ts';
import { spliceFields } from '../../json/splice-fields.ts';
import { RawJson, writeJson } from '../../json/write-json.ts';
import { answerPlaces } from '../../translate/answer-places.ts';
import { costText } from '../../usage/cost-text.ts';
import type { UsageReport } from '../../usage.ts';
import { failureOf, isFailed } from './failure.ts';
import { FORMAT } from './format-name.ts';
import { createReport, isBlocked } from './report.ts';
import { readGeminiUsage } from './usage.ts';
import { writeUsage } from './write-usage.ts';

/** What differs between the answers of Google's calls. */
export interface WholeShape {
  readonly format: FormatName;
  isAnswer(document: JsonObject): boolean;
  usageIn(document: JsonObject): UsageReport | null;
  /** Of a document that was too long to be held, or was cut: its report alone. */
  readUsage(usageMetadata: JsonObject | null): UsageReport | null;
  /** Usage that the provider did not tell. */
  writeUsage(end: AnswerEnd): JsonObject;
}

/** Answers with candidates. What the grounding of one looked for is known where all of it is. */
const generated: WholeShape = {
  format: FORMAT,
  isAnswer: (document) => Array.isArray(document['candidates']) || isBlocked(document),
  usageIn(document) {
    const report = createReport();
    report.add(document);
    return readGeminiUsage(report.told());
  },
  readUsage: (usageMetadata) => readGeminiUsage({ usageMetadata, searches: 0 }),
  writeUsage,
};

interface WholeAnswer {
  readonly shape: WholeShape;
  readonly held: HeldDocument<AnswerScan<JsonObject>>;
  document: JsonObject | null;
  status: AnswerStatus;
  failure: ProviderError | null;
}

/** An answer in one document, passed on unchanged. */
export function openWholeTap(tap: Tap, shape: WholeShape = generated): AnswerDecoder {
  const held = createHeldDocument(() => createAnswerScan({ ...answerPlaces(shape.format), readUsage: asObject }));
  const answer: WholeAnswer = { shape, held, document: null, status: 'open', failure: null };
  return {
    push(piece) {
      const passed = held.push(piece);
      if (held.isBroken()) answer.status = 'invalid';
      return passed;
    },
    end: () => end(answer),
    status: () => answer.status,
    isOver: () => answer.status !== 'open',
    usage: () => usageOf(answer),
    // The report stands in a document that is written when all of it is known.
    isUsageFinal: () => true,
    hasWork: () => answer.status === 'whole' || (answer.failure === null && held.scanned().hasWork()),
    failure: () => answer.failure,
    closing: (told) => closing(answer, tap, told),
    sample: () => held.scanned().sample(),
  };
}

function end(answer: WholeAnswer): void {
  if (answer.status !== 'open') return;
  const ended = answer.held.end();
  if (ended.kind === 'read') {
    answer.document = ended.document;
    answer.status = statusOf(answer, ended.document);
  } else if (ended.kind !== 'cut') {
    answer.status = ended.kind === 'closed' && answer.held.scanned().hasAnswer() ? 'whole' : 'invalid';
  }
}

function statusOf(answer: WholeAnswer, document: JsonObject): AnswerStatus {
  if (!isFailed(document)) return answer.shape.isAnswer(document) ? 'whole' : 'invalid';
  answer.failure = failureOf(document);
  return 'failed';
}

function usageOf({ held, document, shape }: WholeAnswer): UsageReport | null {
  return document === null ? shape.readUsage(held.scanned().usage()) : shape.usageIn(document);
}

/** The bytes as they came. The cost is put into a usage that has not gone yet. */
function closing({ held, document, shape }: WholeAnswer, { tellsCost }: Tap, told: AnswerEnd): Buffer {
  const bytes = held.bytes();
  if (!tellsCost || told.costNanoUsd === undefined || document === null) return bytes;
  const json = writeJson(usageWithCost(document['usageMetadata'], told, shape.writeUsage));
  return spliceFields(withoutMark(bytes), document, new Map([['usageMetadata', { kind: 'put', json }]]));
}

/** The provider's usage, or ours where it has none, with the cost. */
export function usageWithCost(
  reported: unknown,
  end: AnswerEnd,
  write: (end: AnswerEnd) => JsonObject = writeUsage,
): JsonObject {
  const usage = asObject(reported) ?? write({ ...end, costNanoUsd: undefined });
  return end.costNanoUsd === undefined ? usage : { ...usage, cost: new RawJson(costText(end.costNanoUsd)) };
}
