import { asObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerDecoder, AnswerStatus, ProviderError } from '../../answer-decoder.ts';
import type { AnswerEnd } from '../../chat/answer-part.ts';
import type { Tap } from '../../format.ts';
import { createByteStore } from '../../json/byte-store.ts';
import { createGeneratedText } from '../../json/generated-text.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { writeJson } from '../../json/write-json.ts';
import { createEventCutter } from '../../sse/event-cutter.ts';
import { findEventEnds } from '../../sse/event-ends.ts';
import { isDone } from '../../sse/is-done.ts';
import { passOn } from '../../sse/pass-on.ts';
import { readSseEvent } from '../../sse/read-sse-event.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import { sseEventOf } from '../../sse/write-sse-event.ts';
import type { UsageReport } from '../../usage.ts';
import { readOpenAiError, saysError } from '../openai-chat/errors.ts';
import { addDelta, isTextDelta } from './delta-text.ts';
import { type EventMeaning, eventTypeAt, meaningOf, nameEndAt } from './event-type.ts';
import { createResponseScan } from './response-scan.ts';
import { withCost } from './tell-cost.ts';
import { readResponseUsage } from './usage.ts';

/** Instructions and tools are repeated in the first events. Beyond this they are no longer held back. */
const BEGINNING_MAX_BYTES = 1024 * 1024;
/** Before its data an event has its name. */
const BEFORE_DATA_MAX_BYTES = 1024;

interface ResponseStream {
  readonly tap: Tap;
  readonly cutter: ReturnType<typeof createEventCutter>;
  readonly text: ReturnType<typeof createGeneratedText>;
  /** The first events, until something of the answer comes: until then another provider may still give it. */
  readonly beginning: ReturnType<typeof createByteStore>;
  status: AnswerStatus;
  isOver: boolean;
  hasBegun: boolean;
  /** The line that names the last piece of text: nearly every event begins with it. Empty: none came, or it has no name. */
  usualName: string;
  /** The last event, with all of the response. */
  last: { readonly bytes: Buffer; readonly type: string; readonly data: string } | null;
  usage: UsageReport | null;
  failure: ProviderError | null;
  heardBytes: number;
}

/**
 * Passes a stream's events on byte for byte, whole events only. It holds back the first events until there is something of
 * the answer, and the last one until its usage is durable. An event that is too long to keep is the last that the client
 * could have had: from there on, the stream is read for its usage alone.
 */
export function openStreamTap(tap: Tap): AnswerDecoder {
  const stream: ResponseStream = {
    tap,
    cutter: createEventCutter(),
    text: createGeneratedText(),
    beginning: createByteStore(),
    status: 'open',
    isOver: false,
    hasBegun: false,
    usualName: '',
    last: null,
    usage: null,
    failure: null,
    heardBytes: 0,
  };
  return {
    push: (piece) => push(stream, piece),
    end: () => endOfBytes(stream),
    status: () => stream.status,
    isOver: () => stream.isOver,
    usage: () => stream.usage,
    isUsageFinal: () => stream.usage !== null,
    hasWork: () => stream.hasBegun || isAnswerBegun(stream),
    failure: () => stream.failure,
    closing: (end) => closing(stream, end),
    sample: stream.text.read,
  };
}

function push(stream: ResponseStream, piece: Buffer): Buffer | null {
  if (stream.isOver) return null;
  const { cutter } = stream;
  const out: Buffer[] = [];
  const bytes = cutter.add(piece);
  if (bytes) cut(stream, bytes, out);
  if (!stream.isOver && cutter.isTooLong()) skipLongEvent(stream);
  return passOn(stream, piece, out);
}

/** Reads the whole events of `bytes`. Puts those that pass into `out`, in runs as long as possible. */
function cut(stream: ResponseStream, bytes: Buffer, out: Buffer[]): void {
  // One byte is one character, so that an index in the text is one in the bytes.
  const text = bytes.toString('latin1');
  const findEnd = findEventEnds(text);
  let runStart = 0;
  let at = 0;
  for (let next = findEnd(0); next && !stream.isOver; next = findEnd(at)) {
    const hadBegun = stream.hasBegun;
    const isPassed = passes(stream, bytes, text, at, next.end);
    if (isPassed && !hadBegun && stream.beginning.length() > 0) out.push(stream.beginning.take());
    if (!isPassed) {
      if (at > runStart) out.push(bytes.subarray(runStart, at));
      runStart = next.end;
    }
    at = next.end;
  }
  if (at > runStart) out.push(bytes.subarray(runStart, at));
  if (!stream.isOver) stream.cutter.keep(bytes.subarray(at));
}

/** Whether the event in `[start, end)` goes to the client now. */
function passes(stream: ResponseStream, bytes: Buffer, text: string, start: number, end: number): boolean {
  const { usualName } = stream;
  if (usualName !== '' && text.startsWith(usualName, start)) {
    addDelta(stream.text, bytes, text, start, end);
    return true;
  }
  let type = eventTypeAt(text, start);
  let event: SseEvent | null = null;
  if (type === '') {
    event = readSseEvent(bytes.subarray(start, end));
    // A comment keeps a connection open; before the answer it would commit the client to this provider.
    if (event === null) return stream.hasBegun;
    if (isDone(event.data)) return false;
    type = typeIn(event.data);
  }
  const meaning = meaningOf(type);
  if (meaning === 'answer') {
    // What another maker puts between the events says nothing of the answer.
    if (!type.startsWith('response.')) return stream.hasBegun;
    stream.hasBegun = true;
    if (isTextDelta(type)) {
      stream.usualName = bytes.toString('latin1', start, nameEndAt(text, start));
      addDelta(stream.text, bytes, text, start, end);
    }
    return true;
  }
  if (meaning !== 'begun') {
    readLast(stream, bytes.subarray(start, end), event ?? readSseEvent(bytes.subarray(start, end)), type, meaning);
    return false;
  }
  stream.hasBegun ||= stream.beginning.length() + (end - start) > BEGINNING_MAX_BYTES;
  if (!stream.hasBegun) stream.beginning.append(bytes.subarray(start, end));
  return stream.hasBegun;
}

/** The type in the data of an event without a name. Data that is no object is of no meaning. */
function typeIn(data: string): string {
  const object = parseObjectKeptDigits(data);
  if (object === null) return '';
  if (typeof object['type'] === 'string') return object['type'];
  return saysError(object['error']) ? 'error' : '';
}

function readLast(
  stream: ResponseStream,
  bytes: Buffer,
  event: SseEvent | null,
  type: string,
  meaning: Exclude<EventMeaning, 'begun' | 'answer'>,
): void {
  const data = event === null ? null : parseObjectKeptDigits(event.data);
  if (event === null || data === null) {
    end(stream, 'invalid');
    return;
  }
  const response = asObject(data['response']);
  if (response !== null) stream.usage = readResponseUsage(response, stream.tap.rules.usage) ?? stream.usage;
  if (meaning === 'failed') {
    stream.failure = readOpenAiError(0, errorOf(data, response));
    end(stream, 'failed');
    return;
  }
  stream.last = { bytes, type, data: event.data };
  end(stream, 'whole');
}

function errorOf(data: JsonObject, response: JsonObject | null): JsonObject {
  return asObject(response?.['error']) ?? asObject(data['error']) ?? (response === null ? data : {});
}

function skipLongEvent(stream: ResponseStream): void {
  const { cutter, text, tap } = stream;
  const rest = cutter.rest();
  const head = rest.toString('latin1', 0, BEFORE_DATA_MAX_BYTES);
  const data = /^(?:.*(?:\r\n|\r|\n))*?data:/.exec(head)?.[0].length;
  if (data === undefined) {
    end(stream, 'invalid');
    return;
  }
  const meaning = meaningOf(eventTypeAt(head, 0));
  stream.status = 'too-long';
  stream.hasBegun = true;
  const scan = createResponseScan(text, tap.rules.usage, true);
  const note = (bytes: Buffer) => {
    scan.push(bytes);
    stream.usage = scan.usage() ?? stream.usage;
    if (scan.status() === 'closed' && (meaning === 'whole' || meaning === 'failed')) stream.isOver = true;
  };
  note(rest.subarray(data));
  cutter.skip(note);
}

function endOfBytes(stream: ResponseStream): void {
  const rest = stream.cutter.rest();
  // Some servers leave out the blank line after the very last event.
  if (!stream.isOver && rest.length > 0) {
    const bytes = Buffer.concat([rest, Buffer.from('\n\n')]);
    const event = readSseEvent(bytes);
    const type = event === null ? '' : event.name || typeIn(event.data);
    const meaning = meaningOf(type);
    const isWhole = event !== null && parseObjectKeptDigits(event.data) !== null;
    if (isWhole && (meaning === 'whole' || meaning === 'failed')) readLast(stream, bytes, event, type, meaning);
  }
  stream.isOver ||= stream.status === 'too-long';
}

/** Whether an event that has no end yet is of the answer. */
function isAnswerBegun({ cutter }: ResponseStream): boolean {
  const type = eventTypeAt(cutter.rest().toString('latin1', 0, BEFORE_DATA_MAX_BYTES), 0);
  return type.startsWith('response.') && meaningOf(type) === 'answer';
}

/** The first events, if nothing came between, and the last one. */
function closing({ beginning, last, tap }: ResponseStream, { costNanoUsd }: AnswerEnd): Buffer {
  const first = beginning.bytes();
  if (last === null) return first;
  if (!tap.tellsCost || costNanoUsd === undefined) return Buffer.concat([first, last.bytes]);
  const data = parseObjectKeptDigits(last.data);
  const response = asObject(data?.['response']);
  if (response === null) return Buffer.concat([first, last.bytes]);
  const json = writeJson({ ...data, response: withCost(response, costNanoUsd) });
  return Buffer.concat([first, Buffer.from(sseEventOf(json, last.type))]);
}

function end(stream: ResponseStream, as: AnswerStatus): void {
  if (stream.status === 'open') stream.status = as;
  stream.isOver = true;
}
