import { asObject, type JsonObject, parseObject } from '#kernel/json.ts';
import type { AnswerDecoder, AnswerStatus, ProviderError } from '../../answer-decoder.ts';
import type { AnswerEnd } from '../../chat/answer-part.ts';
import type { Tap } from '../../format.ts';
import { createGeneratedText, type GeneratedText } from '../../json/generated-text.ts';
import { writeJson } from '../../json/write-json.ts';
import { createEventCutter, type EventCutter } from '../../sse/event-cutter.ts';
import { findEventEnds } from '../../sse/event-ends.ts';
import { passOn } from '../../sse/pass-on.ts';
import { sseEventOf } from '../../sse/write-sse-event.ts';
import { addGenerated } from './event-text.ts';
import { failureOf, isFailed } from './failure.ts';
import { mergeUsage } from './merge-usage.ts';
import { type ScannedEvent, scanEvent } from './scan-event.ts';
import { readMessagesUsage } from './usage.ts';
import { usualDelta } from './usual-delta.ts';
import { usageWithCost } from './whole-tap.ts';

/** A few hundred bytes are held at the beginning and at the end. What is longer is neither, and goes. */
const HELD_MAX_BYTES = 256 * 1024;

/** An event that waits. */
interface Held {
  readonly bytes: Buffer;
  /** A `message_delta`, to which the cost may be added. */
  readonly delta: JsonObject | null;
}

/** The state of a stream. */
interface MessagesStream {
  readonly cutter: EventCutter;
  readonly text: GeneratedText;
  /** The beginning, until there is content; then what may be the end. */
  held: Held[];
  heldBytes: number;
  out: Buffer[];
  status: AnswerStatus;
  failure: ProviderError | null;
  isOver: boolean;
  hasBegun: boolean;
  hasStop: boolean;
  stopReason: unknown;
  reported: JsonObject | null;
  /** `message_start` counts an output of a token or so. */
  isUsageFinal: boolean;
  heardBytes: number;
}

/**
 * Passes a stream's events on byte for byte, whole events only. It holds back the beginning until there is content, since
 * until then another provider may still answer, and the end: a `message_delta` that says why the answer stopped, and
 * `message_stop`. Events that are no JSON are left out, because the SDKs break at them, and an event without its name gets
 * it, because they pass it over. A stream that ends cleanly behind its reason is whole without `message_stop`, too.
 */
export function openStreamTap(tap: Tap): AnswerDecoder {
  const stream: MessagesStream = {
    cutter: createEventCutter(),
    text: createGeneratedText(),
    held: [],
    heldBytes: 0,
    out: [],
    status: 'open',
    failure: null,
    isOver: false,
    hasBegun: false,
    hasStop: false,
    stopReason: null,
    reported: null,
    isUsageFinal: false,
    heardBytes: 0,
  };
  return {
    push: (piece) => push(stream, piece),
    end: () => endOfBytes(stream),
    status: () => stream.status,
    isOver: () => stream.isOver,
    usage: () => readMessagesUsage(stream.reported, tap.rules.usage),
    isUsageFinal: () => stream.isUsageFinal || stream.status === 'whole',
    hasWork: () => stream.hasBegun || stream.isUsageFinal,
    failure: () => stream.failure,
    closing: (end) => closing(stream, tap, end),
    sample: stream.text.read,
  };
}

function push(stream: MessagesStream, piece: Buffer): Buffer | null {
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
function cut(stream: MessagesStream, bytes: Buffer): void {
  const text = bytes.toString('latin1');
  const findEnd = findEventEnds(text);
  let at = 0;
  for (let next = findEnd(0); next && !stream.isOver; next = findEnd(at)) {
    const event = bytes.subarray(at, next.end);
    const usual = usualDelta(text, at, next.end);
    if (usual) {
      stream.text.addRaw(bytes, usual.start, usual.end);
      passContent(stream, event);
    } else take(stream, scanEvent(event));
    at = next.end;
  }
  if (!stream.isOver) stream.cutter.keep(bytes.subarray(at));
}

function take(stream: MessagesStream, scanned: ScannedEvent): void {
  const { event, bytes } = scanned;
  switch (scanned.kind) {
    case 'nothing':
      break;
    case 'comment':
      // What keeps a connection alive is nothing to wait with.
      if (stream.hasBegun && stream.held.length === 0) stream.out.push(bytes);
      break;
    case 'error':
      stream.failure = failureOf(event);
      end(stream, 'failed');
      break;
    case 'start':
      stream.reported = mergeUsage(stream.reported, asObject(event['message'])?.['usage']);
      hold(stream, bytes, null);
      break;
    case 'content':
      addGenerated(stream.text, event);
      passContent(stream, bytes);
      break;
    case 'delta':
      noteDelta(stream, event);
      hold(stream, bytes, event);
      break;
    case 'stop':
      stream.hasStop = true;
      hold(stream, bytes, null);
      end(stream, 'whole');
      break;
    case 'other':
      if (stream.hasBegun && stream.held.length === 0) stream.out.push(bytes);
      else hold(stream, bytes, null);
  }
}

function passContent(stream: MessagesStream, bytes: Buffer): void {
  stream.hasBegun = true;
  release(stream);
  stream.out.push(bytes);
}

function noteDelta(stream: MessagesStream, event: JsonObject): void {
  const usage = asObject(event['usage']);
  stream.stopReason = asObject(event['delta'])?.['stop_reason'] ?? stream.stopReason;
  stream.reported = mergeUsage(stream.reported, usage);
  stream.isUsageFinal ||= typeof stream.stopReason === 'string' && typeof usage?.['output_tokens'] === 'number';
}

function hold(stream: MessagesStream, bytes: Buffer, delta: JsonObject | null): void {
  if (stream.heldBytes + bytes.length > HELD_MAX_BYTES) {
    stream.hasBegun = true;
    release(stream);
  }
  stream.held.push({ bytes, delta });
  stream.heldBytes += bytes.length;
}

function release(stream: MessagesStream): void {
  if (stream.held.length === 0) return;
  for (const { bytes } of stream.held) stream.out.push(bytes);
  stream.held = [];
  stream.heldBytes = 0;
}

function endOfBytes(stream: MessagesStream): void {
  const rest = stream.cutter.rest();
  if (!stream.isOver && stream.status === 'open' && rest.length > 0) takeLast(stream, rest);
  if (!stream.isOver && stream.status === 'open' && typeof stream.stopReason === 'string') end(stream, 'whole');
  stream.isOver ||= stream.status === 'too-long';
}

/** An event without its blank line. An error may also come as a document that is no event at all. */
function takeLast(stream: MessagesStream, rest: Buffer): void {
  const document = parseObject(rest.toString());
  const scanned = document ? null : scanEvent(rest);
  if (document) {
    const failed = isFailed(document);
    if (failed) stream.failure = failureOf(document);
    end(stream, failed ? 'failed' : 'invalid');
  } else if (scanned?.kind === 'delta' || scanned?.kind === 'stop' || scanned?.kind === 'error') {
    take(stream, { ...scanned, bytes: Buffer.concat([rest, blankLine]) });
  }
}

const blankLine = Buffer.from('\n\n');

function end(stream: MessagesStream, as: AnswerStatus): void {
  if (stream.status === 'open') stream.status = as;
  stream.isOver = true;
}

function closing({ held, hasStop }: MessagesStream, { tellsCost }: Tap, told: AnswerEnd): Buffer {
  const last = held.findLast(({ delta }) => delta !== null);
  const pieces = held.map((event) => (event === last && tellsCost ? withCost(event, told) : event.bytes));
  if (!hasStop) pieces.push(Buffer.from(sseEventOf('{"type":"message_stop"}', 'message_stop')));
  return Buffer.concat(pieces);
}

function withCost({ bytes, delta }: Held, told: AnswerEnd): Buffer {
  if (delta === null || told.costNanoUsd === undefined) return bytes;
  const json = writeJson({ ...delta, usage: usageWithCost(delta['usage'], told) });
  return Buffer.from(sseEventOf(json, 'message_delta'));
}
