import { asArray, asObject, type JsonObject } from '#kernel/json.ts';
import type { ProviderError } from '../../answer-decoder.ts';
import type { AnswerReader, Reading, ReadState } from '../../format.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { bareFailure, failureOf, isFailed } from './failure.ts';
import { createPartCollector } from './part-collector.ts';
import { createReport, isBlocked } from './report.ts';
import { readGeminiUsage } from './usage.ts';

/**
 * Reads one answer of a provider of this format, whole or streamed, in canonical parts. A stream is a row of documents; it is whole
 * where each candidate has said why it stopped and the bytes have ended, since this format has no last event.
 */
export function openGeminiReader(reading: Reading): AnswerReader {
  const parts = createPartCollector(reading);
  const report = createReport();
  let state: ReadState = 'open';
  let failure: ProviderError | null = null;
  let isUsageFinal = false;

  function fail(document: JsonObject): void {
    failure = failureOf(document);
    state = 'failed';
  }

  function take(document: JsonObject): void {
    report.add(document);
    parts.start(document);
    for (const [at, value] of asArray(document['candidates']).entries()) {
      const candidate = asObject(value);
      if (candidate) parts.candidate(candidate, at);
    }
    if (isBlocked(document)) parts.blocked();
    isUsageFinal ||= parts.isFinished() && asObject(document['usageMetadata']) !== null;
  }

  return {
    readDocument(document) {
      isUsageFinal = true;
      if (isFailed(document)) fail(document);
      else if (!Array.isArray(document['candidates']) && !isBlocked(document)) state = 'invalid';
      else {
        take(document);
        // A candidate without a reason has been given whole all the same: the document came to its end.
        state = 'whole';
      }
      return state;
    },
    readEvent({ data }) {
      if (state !== 'open') return state;
      const document = parseObjectKeptDigits(data);
      const failed = document === null ? bareFailure(data) : isFailed(document) ? document : null;
      if (failed !== null) fail(failed);
      else if (document !== null) take(document);
      return state;
    },
    readEnd() {
      if (state === 'open' && parts.isFinished()) {
        state = 'whole';
        isUsageFinal = true;
      }
      return state;
    },
    takeParts: parts.take,
    usage: () => readGeminiUsage(report.told()),
    isUsageFinal: () => isUsageFinal,
    failure: () => failure,
  };
}
