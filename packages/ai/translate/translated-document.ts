import type { AnswerDecoder, AnswerStatus } from '../answer-decoder.ts';
import type { AnswerEnd, AnswerPart } from '../chat/answer-part.ts';
import type { AnswerReader, FormatName } from '../format.ts';
import { type AnswerScan, createAnswerScan } from '../json/answer-scan.ts';
import { createByteStore } from '../json/byte-store.ts';
import { createGeneratedText } from '../json/generated-text.ts';
import { parseObjectKeptDigits } from '../json/parse-kept-digits.ts';
import { HEARD_MAX_BYTES } from '../sse/heard-max.ts';
import type { UsageReport } from '../usage.ts';
import { answerPlaces } from './answer-places.ts';
import { partText } from './part-text.ts';

/** A translated answer is held whole. 128,000 tokens would be 4 MB if each letter were written as an escape. */
const ANSWER_MAX_BYTES = 16 * 1024 * 1024;

/** How an answer is written, and how a document that was never whole is scanned for its text and its usage. */
interface DocumentWriting {
  readonly write: (parts: readonly AnswerPart[], end: AnswerEnd) => string;
  readonly format: FormatName;
  readonly readUsage: (usage: unknown) => UsageReport | null;
}

/**
 * An answer in one document, translated when it is whole. One that is too long for that is read to its end all the same:
 * the model has done its work, and the usage comes at the end.
 */
export function createTranslatedDocument(
  reader: AnswerReader,
  { write, format, readUsage }: DocumentWriting,
): AnswerDecoder {
  const held = createByteStore();
  let parts: readonly AnswerPart[] = [];
  let scan: AnswerScan<UsageReport> | null = null;
  let heardBytes = 0;
  let status: AnswerStatus = 'open';
  let isOver = false;

  function scanned(): AnswerScan<UsageReport> {
    if (scan !== null) return scan;
    scan = createAnswerScan({ ...answerPlaces(format), readUsage });
    scan.push(held.bytes());
    return scan;
  }

  function end(as: AnswerStatus): void {
    status = as;
    isOver = true;
  }

  return {
    push(piece) {
      heardBytes += piece.length;
      if (status === 'too-long') {
        scanned().push(piece);
        isOver ||= heardBytes > HEARD_MAX_BYTES;
        return null;
      }
      held.append(piece);
      if (held.length() <= ANSWER_MAX_BYTES) return null;
      if (scanned().hasWork()) {
        status = 'too-long';
        held.take();
      } else end('invalid');
      return null;
    },
    end() {
      if (isOver) return;
      if (status === 'too-long') return end('too-long');
      const document = parseObjectKeptDigits(held.bytes().toString());
      if (document !== null) {
        const state = reader.readDocument(document);
        parts = reader.takeParts();
        return end(state === 'open' ? 'invalid' : state);
      }
      // A document without an end was cut, however cleanly the connection ended.
      if (scanned().status() !== 'open') end('invalid');
    },
    status: () => status,
    isOver: () => isOver,
    usage: () => (status === 'whole' ? reader.usage() : (reader.usage() ?? scanned().usage())),
    // The report stands in a document that is written when all of it is known.
    isUsageFinal: () => true,
    // A refusal within an answer's form has an empty answer.
    hasWork: () => status === 'whole' || (status === 'failed' ? scanned().sample().text !== '' : scanned().hasWork()),
    failure: () => (status === 'failed' ? reader.failure() : null),
    closing: (told) => Buffer.from(write(parts, told)),
    sample() {
      if (status !== 'whole') return scanned().sample();
      const text = createGeneratedText();
      for (const part of parts) text.add(partText(part));
      return text.read();
    },
  };
}
