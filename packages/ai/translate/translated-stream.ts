import type { AnswerDecoder, AnswerStatus } from '../answer-decoder.ts';
import type { AnswerReader, ReadState, StreamWriter } from '../format.ts';
import { createGeneratedText, type GeneratedText } from '../json/generated-text.ts';
import { createEventCutter, type EventCutter } from '../sse/event-cutter.ts';
import { findEventEnds } from '../sse/event-ends.ts';
import { HEARD_MAX_BYTES } from '../sse/heard-max.ts';
import { readSseEvent } from '../sse/read-sse-event.ts';
import { isGenerated, partText } from './part-text.ts';

/** The state of a stream that is translated. */
interface TranslatedStream {
  readonly reader: AnswerReader;
  readonly writer: StreamWriter;
  readonly cutter: EventCutter;
  readonly text: GeneratedText;
  status: AnswerStatus;
  isOver: boolean;
  /** An answer's first part has come: what follows is this answer, however long an event of it is. */
  hasBegun: boolean;
  /** A model has generated something, though it may be nothing that the client is told of. */
  hasGenerated: boolean;
  heardBytes: number;
  /** What the client may have once a model has begun: until then another provider may still answer. */
  opening: string;
  /** The client's part of the current piece. */
  out: string;
}

/**
 * Translates a stream event by event. The writer holds its finish and its last event back until `closing`, so that a stream
 * which breaks before its end does not look finished. After an event that is too long to keep, the stream is read for
 * its usage alone.
 */
export function createTranslatedStream(reader: AnswerReader, writer: StreamWriter): AnswerDecoder {
  const stream: TranslatedStream = {
    reader,
    writer,
    cutter: createEventCutter(),
    text: createGeneratedText(),
    status: 'open',
    isOver: false,
    hasBegun: false,
    hasGenerated: false,
    heardBytes: 0,
    opening: '',
    out: '',
  };
  return {
    push: (piece) => push(stream, piece),
    end: () => endOfBytes(stream),
    status: () => stream.status,
    isOver: () => stream.isOver,
    usage: reader.usage,
    isUsageFinal: () => stream.status === 'whole' || reader.isUsageFinal(),
    hasWork: () => stream.hasGenerated || reader.isUsageFinal(),
    failure: () => (stream.status === 'failed' ? reader.failure() : null),
    closing: (end) => Buffer.from(stream.opening + stream.out + writer.close(end)),
    sample: stream.text.read,
  };
}

function push(stream: TranslatedStream, piece: Buffer): Buffer | null {
  const { cutter } = stream;
  stream.heardBytes += piece.length;
  const bytes = cutter.add(piece);
  if (bytes !== null) cut(stream, bytes);
  if (!stream.isOver && cutter.isTooLong()) {
    if (stream.hasBegun) stream.status = 'too-long';
    else end(stream, 'invalid');
    cutter.skip(() => undefined);
  }
  if (stream.status === 'too-long') {
    stream.isOver ||= stream.heardBytes > HEARD_MAX_BYTES;
    return null;
  }
  if (stream.out === '') return null;
  const out = Buffer.from(stream.out);
  stream.out = '';
  return out;
}

/** Takes the whole events of `bytes`, and keeps the rest. */
function cut(stream: TranslatedStream, bytes: Buffer): void {
  const findEnd = findEventEnds(bytes.toString('latin1'));
  let at = 0;
  for (let next = findEnd(0); next && !stream.isOver; next = findEnd(at)) {
    const event = readSseEvent(bytes.subarray(at, next.end));
    if (event !== null) take(stream, stream.reader.readEvent(event));
    at = next.end;
  }
  if (!stream.isOver) stream.cutter.keep(bytes.subarray(at));
}

function take(stream: TranslatedStream, state: ReadState): void {
  for (const part of stream.reader.takeParts()) {
    stream.hasBegun = true;
    const text = partText(part);
    if (text !== '') stream.text.add(text);
    if (stream.status === 'too-long') continue;
    const written = stream.writer.write(part);
    if (isGenerated(part)) stream.hasGenerated = true;
    if (stream.hasGenerated) {
      stream.out += stream.opening + written;
      stream.opening = '';
    } else {
      stream.opening += written;
    }
  }
  if (state !== 'open') end(stream, state);
}

/** What comes now waits for `closing`: the bytes are over. */
function endOfBytes(stream: TranslatedStream): void {
  if (stream.isOver) return;
  if (stream.status === 'too-long') {
    stream.isOver = true;
    return;
  }
  const last = readSseEvent(stream.cutter.rest());
  if (last !== null) take(stream, stream.reader.readEvent(last));
  if (!stream.isOver) take(stream, stream.reader.readEnd());
}

function end(stream: TranslatedStream, as: AnswerStatus): void {
  if (stream.status === 'open') stream.status = as;
  stream.isOver = true;
}
