import type { JsonObject } from '#kernel/json.ts';
import type { AnswerDecoder, AnswerStatus, ProviderError } from '../../answer-decoder.ts';
import type { AnswerEnd } from '../../chat/answer-part.ts';
import type { Tap } from '../../format.ts';
import { createGeneratedText, type GeneratedText } from '../../json/generated-text.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { writeJson } from '../../json/write-json.ts';
import { createEventCutter, type EventCutter } from '../../sse/event-cutter.ts';
import { findEventEnds } from '../../sse/event-ends.ts';
import { passOn } from '../../sse/pass-on.ts';
import { readSseEvent } from '../../sse/read-sse-event.ts';
import { sseEventOf } from '../../sse/write-sse-event.ts';
import { addGenerated, isLast } from './event-text.ts';
import { bareFailure, failureOf, isFailed } from './failure.ts';
import { createReport, isBlocked, type Report } from './report.ts';
import { readGeminiUsage } from './usage.ts';
import { usageWithCost } from './whole-tap.ts';

/** The last document has a few words and the usage. What is longer is passed on before its usage is durable. */
const HELD_MAX_BYTES = 256 * 1024;

interface Held {
  readonly bytes: Buffer;
  readonly document: JsonObject | null;
}

interface GeminiStream {
  readonly cutter: EventCutter;
  readonly text: GeneratedText;
  readonly report: Report;
  /** The beginning, until there is content; then what may be the end. */
  held: Held[];
  heldBytes: number;
  out: Buffer[];
  status: AnswerStatus;
  failure: ProviderError | null;
  isOver: boolean;
  hasBegun: boolean;
  /** Each candidate has said why it stopped, or the prompt was blocked. */
  hasFinished: boolean;
  heardBytes: number;
}

/**
 * Passes a stream's events on byte for byte, whole events only. It holds back the beginning until there is content, since until then
 * another provider may still answer, and the end: the document that says why the answer stopped. This format has no event for the end,
 * so a stream is whole where the bytes end behind that document.
 */
export function openStreamTap(tap: Tap): AnswerDecoder {
  const stream: GeminiStream = {
    cutter: createEventCutter(),
    text: createGeneratedText(),
    report: createReport(),
    held: [],
    heldBytes: 0,
    out: [],
    status: 'open',
    failure: null,
    isOver: false,
    hasBegun: false,
    hasFinished: false,
    heardBytes: 0,
  };
  return {
    push: (piece) => push(stream, piece),
    end: () => endOfBytes(stream),
    status: () => stream.status,
    isOver: () => stream.isOver,
    usage: () => readGeminiUsage(stream.report.told()),
    isUsageFinal: () => stream.hasFinished,
    hasWork: () => stream.hasBegun || stream.hasFinished,
    failure: () => stream.failure,
    closing: (end) => closing(stream, tap, end),
    sample: stream.text.read,
  };
}

function push(stream: GeminiStream, piece: Buffer): Buffer | null {
  const { cutter } = stream;
  const bytes = cutter.add(piece);
  if (bytes) cut(stream, bytes);
  if (!stream.isOver && cutter.isTooLong()) {
    if (stream.hasBegun) stream.status = 'too-long';
    else end(stream, 'invalid');
    // The usage comes behind it.
    cutter.skip(() => undefined);
  }
  const { out } = stream;
  stream.out = [];
  return passOn(stream, piece, out);
}

/** Takes the whole events of `bytes`, and keeps the rest. */
function cut(stream: GeminiStream, bytes: Buffer): void {
  const findEnd = findEventEnds(bytes.toString('latin1'));
  let at = 0;
  for (let next = findEnd(0); next && !stream.isOver; next = findEnd(at)) {
    take(stream, bytes.subarray(at, next.end));
    at = next.end;
  }
  if (!stream.isOver) stream.cutter.keep(bytes.subarray(at));
}

function take(stream: GeminiStream, bytes: Buffer): void {
  const read = readSseEvent(bytes);
  if (read === null) {
    // What keeps a connection alive is nothing to wait with. An error may come as a document that is no event.
    const bare = bareFailure(bytes.toString());
    if (bare !== null) fail(stream, bare);
    else if (stream.hasBegun && stream.held.length === 0) stream.out.push(bytes);
    return;
  }
  const document = parseObjectKeptDigits(read.data);
  const failed = document === null ? bareFailure(read.data) : isFailed(document) ? document : null;
  // What is no JSON is left out, because the SDKs break at it.
  if (failed !== null) fail(stream, failed);
  else if (document !== null) takeDocument(stream, document, bytes);
}

function takeDocument(stream: GeminiStream, document: JsonObject, bytes: Buffer): void {
  stream.report.add(document);
  const hasContent = addGenerated(stream.text, document);
  stream.hasFinished ||= isLast(document) || isBlocked(document);
  if (stream.hasFinished || (!hasContent && !stream.hasBegun)) {
    hold(stream, { bytes, document });
    return;
  }
  stream.hasBegun = true;
  release(stream);
  stream.out.push(bytes);
}

function hold(stream: GeminiStream, held: Held): void {
  if (stream.heldBytes + held.bytes.length > HELD_MAX_BYTES) {
    stream.hasBegun = true;
    release(stream);
  }
  stream.held.push(held);
  stream.heldBytes += held.bytes.length;
}

function release(stream: GeminiStream): void {
  for (const { bytes } of stream.held) stream.out.push(bytes);
  stream.held = [];
  stream.heldBytes = 0;
}

function fail(stream: GeminiStream, document: JsonObject): void {
  stream.failure = failureOf(document);
  end(stream, 'failed');
}

function endOfBytes(stream: GeminiStream): void {
  const rest = stream.cutter.rest();
  if (!stream.isOver && stream.status === 'open' && rest.length > 0) takeRest(stream, rest);
  if (!stream.isOver && stream.status === 'open' && stream.hasFinished) end(stream, 'whole');
  stream.isOver ||= stream.status === 'too-long';
}

/** An event without its blank line, or an error that is no event. */
function takeRest(stream: GeminiStream, rest: Buffer): void {
  const failed = bareFailure(rest.toString());
  if (failed !== null) fail(stream, failed);
  else take(stream, Buffer.concat([rest, blankLine]));
}

const blankLine = Buffer.from('\n\n');

function end(stream: GeminiStream, as: AnswerStatus): void {
  if (stream.status === 'open') stream.status = as;
  stream.isOver = true;
}

/** The held end; the cost stands in the last usage. */
function closing({ held }: GeminiStream, { tellsCost }: Tap, told: AnswerEnd): Buffer {
  const last = tellsCost ? held.findLast(({ document }) => document?.['usageMetadata'] !== undefined) : undefined;
  return Buffer.concat(held.map((each) => (each === last ? withCost(each, told) : each.bytes)));
}

function withCost({ bytes, document }: Held, told: AnswerEnd): Buffer {
  if (document === null || told.costNanoUsd === undefined) return bytes;
  const usageMetadata = usageWithCost(document['usageMetadata'], told);
  return Buffer.from(sseEventOf(writeJson({ ...document, usageMetadata })));
}
