import { asObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerDecoder, AnswerStatus, ProviderError } from '../../answer-decoder.ts';
import type { AnswerEnd } from '../../chat/answer-part.ts';
import type { Tap } from '../../format.ts';
import { type AnswerScan, type AnswerShape, createAnswerScan } from '../../json/answer-scan.ts';
import { createHeldDocument, type HeldDocument, withoutMark } from '../../json/held-document.ts';
import { spliceFields } from '../../json/splice-fields.ts';
import { RawJson, writeJson } from '../../json/write-json.ts';
import { costText } from '../../usage/cost-text.ts';
import type { UsageReport } from '../../usage.ts';
import { failureOf, isFailed } from './failure.ts';
import { readMessagesUsage } from './usage.ts';
import { writeUsage } from './write-usage.ts';

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
  readonly held: HeldDocument<AnswerScan<JsonObject>>;
  document: JsonObject | null;
  status: AnswerStatus;
  failure: ProviderError | null;
}

/** A message in one document, passed on unchanged. */
export function openWholeTap(tap: Tap): AnswerDecoder {
  const held = createHeldDocument(() => createAnswerScan(messageShape));
  const answer: WholeAnswer = { held, document: null, status: 'open', failure: null };
  return {
    push(piece) {
      const passed = held.push(piece);
      if (held.isBroken()) answer.status = 'invalid';
      return passed;
    },
    end: () => end(answer),
    status: () => answer.status,
    isOver: () => answer.status !== 'open',
    usage: () => usageOf(answer, tap),
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
  if (!isFailed(document)) return Array.isArray(document['content']) ? 'whole' : 'invalid';
  answer.failure = failureOf(document);
  return 'failed';
}

function usageOf({ held, document }: WholeAnswer, { rules }: Tap): UsageReport | null {
  return readMessagesUsage(document === null ? held.scanned().usage() : document['usage'], rules.usage);
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
