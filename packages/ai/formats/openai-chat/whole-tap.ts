import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerDecoder, AnswerStatus, ProviderError } from '../../answer-decoder.ts';
import type { AnswerEnd } from '../../chat/answer-part.ts';
import type { Tap } from '../../format.ts';
import { type AnswerScan, createAnswerScan } from '../../json/answer-scan.ts';
import { createHeldDocument, type HeldDocument, withoutMark } from '../../json/held-document.ts';
import { spliceFields } from '../../json/splice-fields.ts';
import { writeJson } from '../../json/write-json.ts';
import { readUsage } from '../../usage/read-usage.ts';
import type { UsageReport } from '../../usage.ts';
import { failureIn, type OpenAiShape, usageIn } from './answer-shape.ts';
import { usageWithCost } from './closing.ts';
import { readOpenAiError, saysBadStatus } from './errors.ts';

/** The state of an answer in one document. */
interface WholeAnswer {
  readonly shape: OpenAiShape;
  readonly held: HeldDocument<AnswerScan<JsonObject>>;
  document: JsonObject | null;
  status: AnswerStatus;
  failure: ProviderError | null;
}

/** An answer in one document, passed on unchanged. */
export function openWholeTap(shape: OpenAiShape, tap: Tap): AnswerDecoder {
  const held = createHeldDocument(() => createAnswerScan(shape.document));
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
    usage: () => usageOf(answer, tap),
    // The report stands in a document that is written when all of it is known.
    isUsageFinal: () => true,
    hasWork: () => hasWork(answer, tap),
    failure: () => answer.failure,
    closing: (told) => closing(answer, tap, told),
    sample: () => held.scanned().sample(),
  };
}

/** An empty list of choices in a whole document is no model's work, unless its usage says that there was some. */
function hasWork(answer: WholeAnswer, tap: Tap): boolean {
  if (answer.status === 'whole') return true;
  if (answer.failure !== null) return false;
  return answer.document === null ? answer.held.scanned().hasWork() : usageOf(answer, tap) !== null;
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
  const failed = failureIn(document) ?? (saysBadStatus(document['base_resp']) ? document : null);
  if (failed !== null) {
    answer.failure = readOpenAiError(0, failed);
    return 'failed';
  }
  // Without a choice there is no answer, whatever else there is.
  return asArray(document[answer.shape.document.answerField]).length > 0 ? 'whole' : 'invalid';
}

function usageOf(answer: WholeAnswer, { rules }: Tap): UsageReport | null {
  const { shape, document } = answer;
  const { hasOutput } = shape;
  if (document !== null) {
    const tier = document['service_tier'];
    return readUsage(usageIn(document), rules.usage, { hasOutput, serviceTier: typeof tier === 'string' ? tier : '' });
  }
  // Of a document that was cut or cannot be read, the provider may bill what it told before.
  const scan = answer.held.scanned();
  return readUsage(scan.usage(), rules.usage, { hasOutput, serviceTier: scan.serviceTier() });
}

/** The bytes as they came. The cost is put into a usage that has not gone yet. */
function closing({ held, document }: WholeAnswer, { tellsCost }: Tap, end: AnswerEnd): Buffer {
  const bytes = held.bytes();
  if (!tellsCost || end.costNanoUsd === undefined || document === null) return bytes;
  const usage = writeJson(usageWithCost(asObject(document['usage']), end));
  return spliceFields(withoutMark(bytes), document, new Map([['usage', { kind: 'put', json: usage }]]));
}
