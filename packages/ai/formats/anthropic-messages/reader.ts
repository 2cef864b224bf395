import { asObject, type JsonObject } from '#kernel/json.ts';
import type { ProviderError } from '../../answer-decoder.ts';
import type { AnswerReader, Reading, ReadState } from '../../format.ts';
import { failureOf } from './failure.ts';
import { finishReasonOf } from './finish.ts';
import { FORMAT } from './format-name.ts';
import { mergeUsage } from './merge-usage.ts';
import { createPartCollector } from './part-collector.ts';
import { readMessage } from './read-answer.ts';
import { createEventReader } from './stream-reader.ts';
import { readMessagesUsage } from './usage.ts';

/** Reads one answer of a provider of this format, whole or streamed, in canonical parts. */
export function openMessagesReader(reading: Reading): AnswerReader {
  const parts = createPartCollector(reading, { format: FORMAT, finishReasonOf });
  let reported: JsonObject | null = null;
  let isUsageFinal = false;
  let failure: ProviderError | null = null;

  const fail = (document: JsonObject): void => {
    failure = failureOf(document);
  };
  const events = createEventReader({
    parts,
    usage(report, isFinal) {
      reported = mergeUsage(reported, report);
      // What comes before the end counts a beginning of the output only.
      isUsageFinal ||= isFinal && typeof asObject(report)?.['output_tokens'] === 'number';
    },
    failed: fail,
  });

  function noteEnd(state: ReadState): ReadState {
    isUsageFinal ||= state === 'whole';
    return state;
  }

  return {
    readDocument(document) {
      const state = readMessage(document, parts);
      if (state === 'failed') fail(document);
      if (state === 'whole') reported = mergeUsage(reported, document['usage']);
      isUsageFinal = true;
      return state;
    },
    readEvent: (event) => noteEnd(events.read(event)),
    readEnd: () => noteEnd(events.readEnd()),
    takeParts: parts.take,
    usage: () => readMessagesUsage(reported, reading.rules.usage),
    isUsageFinal: () => isUsageFinal,
    failure: () => failure,
  };
}
