import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerDecoder, AnswerStatus, ProviderError } from '../../answer-decoder.ts';
import type { AnswerEnd } from '../../chat/answer-part.ts';
import type { Tap } from '../../format.ts';
import { createGeneratedText } from '../../json/generated-text.ts';
import { createHeldDocument } from '../../json/held-document.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { writeJson } from '../../json/write-json.ts';
import type { UsageReport } from '../../usage.ts';
import { readOpenAiError } from '../openai-chat/errors.ts';
import { createResponseScan } from './response-scan.ts';
import { withCost } from './tell-cost.ts';
import { readResponseUsage } from './usage.ts';

/** A response in one document, passed on unchanged. */
export function openWholeTap(tap: Tap): AnswerDecoder {
  const text = createGeneratedText();
  const rules = tap.rules.usage;
  const held = createHeldDocument(() => createResponseScan(text, rules, false));
  let status: AnswerStatus = 'open';
  let usage: UsageReport | null = null;
  let failure: ProviderError | null = null;
  let hasOutput = false;

  function read(document: JsonObject): void {
    failure = failureOf(document);
    usage = readResponseUsage(document, rules);
    hasOutput = asArray(document['output']).length > 0;
    status = failure !== null ? 'failed' : Array.isArray(document['output']) ? 'whole' : 'invalid';
  }

  function end(): void {
    const ended = held.end();
    if (ended.kind === 'read') {
      read(ended.document);
      return;
    }
    const scan = held.scanned();
    failure = scan.failure();
    if (ended.kind === 'invalid') status = 'invalid';
    if (ended.kind === 'closed') status = failure !== null ? 'failed' : scan.hasOutput() ? 'whole' : 'invalid';
  }

  function hasWork(): boolean {
    if (hasOutput || usage !== null) return true;
    const scan = held.scanned();
    return failure === null && (scan.hasOutput() || scan.usage() !== null || scan.status() === 'open');
  }

  return {
    push(piece) {
      const passed = held.push(piece);
      if (held.isBroken()) status = 'invalid';
      return passed;
    },
    end() {
      if (status === 'open') end();
    },
    status: () => status,
    isOver: () => status !== 'open',
    usage: () => usage ?? held.scanned().usage(),
    // The report stands in a document that is written when all of it is known.
    isUsageFinal: () => true,
    hasWork,
    failure: () => failure,
    closing: (told) => closing(held.bytes(), tap, told, held.isLong()),
    sample() {
      held.scanned();
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
