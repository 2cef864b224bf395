import { asObject, type JsonObject } from '#kernel/json.ts';
import type { ProviderError } from '../../answer-decoder.ts';
import { isAwsError, readAwsError } from '../../errors/aws-error.ts';
import type { AnswerReader, Reading } from '../../format.ts';
import { createPartCollector } from '../anthropic-messages/part-collector.ts';
import { finishReasonOf } from './finish.ts';
import { FORMAT } from './format-name.ts';
import { readAnswer } from './read-answer.ts';
import { createEventReader } from './stream-reader.ts';
import { readConverseUsage } from './usage.ts';

/** Reads one answer of Amazon's, whole or streamed, in canonical parts. */
export function openConverseReader(reading: Reading): AnswerReader {
  const parts = createPartCollector(reading, { format: FORMAT, finishReasonOf });
  /** The document, or the `metadata` event: both have `usage` and `serviceTier`. */
  let report: JsonObject | null = null;
  let failure: ProviderError | null = null;
  const events = createEventReader({
    parts,
    metadata: (event) => {
      report = event;
    },
    failed: (name, document) => {
      failure = readAwsError({ status: 0, name, document, text: '' });
    },
  });
  return {
    readDocument(document) {
      report = document;
      if (asObject(document['output']) !== null || !isAwsError(document)) return readAnswer(document, parts);
      failure = readAwsError({ status: 0, name: '', document, text: '' });
      return 'failed';
    },
    readEvent: events.read,
    readEnd: events.readEnd,
    takeParts: parts.take,
    usage: () => readConverseUsage(report?.['usage'], report?.['serviceTier']),
    isUsageFinal: () => asObject(report?.['usage']) !== null,
    failure: () => failure,
  };
}
