import type { AnswerDecoder } from '../answer-decoder.ts';
import type { AnswerContext, Format, FrontFormat, Reading } from '../format.ts';
import { createTranslatedDocument } from './translated-document.ts';
import { createTranslatedStream } from './translated-stream.ts';

/** An answer that is read in one format and written in another. */
export interface Translation {
  /** As the provider speaks. */
  readonly from: Format;
  /** As the client speaks. */
  readonly to: FrontFormat;
  readonly stream: boolean;
  readonly reading: Reading;
  readonly context: AnswerContext;
}

/** Whether a client of one format can be answered by a provider of another. */
export function canTranslate(from: Format, to: FrontFormat): boolean {
  if (from.embed !== undefined && to.embed !== undefined) return true;
  const { decode, writeAnswer, openWriter } = to.server;
  const { encode, openReader } = from.client;
  return [decode, writeAnswer, openWriter, encode, openReader].every((part) => part !== null);
}

/** Reads a provider's answer and gives it in the client's format. Both formats must be able to: see `canTranslate`. */
export function openTranslation({ from, to, stream, reading, context }: Translation): AnswerDecoder {
  const { openReader, readUsage } = from.client;
  const { openWriter, writeAnswer } = to.server;
  if (openReader === null || openWriter === null || writeAnswer === null) {
    throw new Error(`${from.name} cannot be translated into ${to.name}`);
  }
  const reader = openReader(reading);
  if (stream) return createTranslatedStream(reader, openWriter(context));
  return createTranslatedDocument(reader, {
    write: (parts, end) => writeAnswer(parts, end, context),
    format: from.name,
    readUsage: (usage) => readUsage(usage, reading.rules.usage),
  });
}
