import { parseObject } from '#kernel/json.ts';
import type { AnswerDecoder, AnswerStatus, ProviderError } from '../../answer-decoder.ts';
import type { Tap } from '../../format.ts';
import { createGeneratedText } from '../../json/generated-text.ts';
import { createEventCutter, type EventCutter } from '../../sse/event-cutter.ts';
import { findEventEnds } from '../../sse/event-ends.ts';
import { passOn } from '../../sse/pass-on.ts';
import { readSseEvent } from '../../sse/read-sse-event.ts';
import { doneEvent } from '../../sse/write-sse-event.ts';
import { failureIn, type OpenAiShape } from './answer-shape.ts';
import { closingBytes } from './closing.ts';
import { readOpenAiError } from './errors.ts';
import { type Scanned, type ScannedChunk, scanEvent, scanPiece } from './event-scan.ts';
import { createHeldEnd, type HeldEnd } from './held-end.ts';
import { scanLongEvent } from './long-event.ts';
import { createStreamReport, type StreamReport } from './stream-report.ts';

/** The state of a stream of chunks. */
interface ChunkStream {
  readonly shape: OpenAiShape;
  readonly isUsageHidden: boolean;
  readonly cutter: EventCutter;
  readonly report: StreamReport;
  readonly held: HeldEnd;
  status: AnswerStatus;
  failure: ProviderError | null;
  isOver: boolean;
  hasBegun: boolean;
  heardBytes: number;
  /** What the client may have, and can only have at the end: the bytes were over when it was read. */
  late: readonly Buffer[];
}

/**
 * Passes an OpenAI stream's events on byte for byte, whole events only. It holds back comments before the first chunk
 * (until then another provider may still answer), the newest chunk that may be the last, and `[DONE]`. Events that are
 * neither chunk nor error are passed over. An event that is too long to keep is the last that the client could have had:
 * from there on, the stream is read for its usage alone. A stream that ends cleanly after a reason to finish for each
 * choice is whole without `[DONE]`, too; the gateway writes it then.
 */
export function openStreamTap(shape: OpenAiShape, tap: Tap): AnswerDecoder {
  const cutter = createEventCutter();
  const report = createStreamReport(shape, tap.rules.usage);
  const held = createHeldEnd();
  const stream: ChunkStream = {
    shape,
    isUsageHidden: tap.isUsageHidden,
    cutter,
    report,
    held,
    status: 'open',
    failure: null,
    isOver: false,
    hasBegun: false,
    heardBytes: 0,
    late: [],
  };
  return {
    push: (piece) => push(stream, piece),
    end: () => endOfBytes(stream),
    status: () => stream.status,
    isOver: () => stream.isOver,
    usage: report.usage,
    isUsageFinal: () => report.isUsageLast() || stream.status === 'whole',
    hasWork: () => stream.hasBegun || scanLongEvent(cutter.rest(), createGeneratedText(), shape) !== null,
    failure: () => stream.failure,
    closing: (end) => closingBytes(stream.late, held.events(), tap, end),
    sample: report.sample,
  };
}

function push(stream: ChunkStream, piece: Buffer): Buffer | null {
  const { cutter } = stream;
  const out: Buffer[] = [];
  const bytes = cutter.add(piece);
  if (bytes) cut(stream, bytes, out);
  if (!stream.isOver && cutter.isTooLong()) skipLongEvent(stream);
  return passOn(stream, piece, out);
}

/** Scans the whole events of `bytes`. Puts those that pass into `out`, in runs as long as possible. */
function cut(stream: ChunkStream, bytes: Buffer, out: Buffer[]): void {
  const { held, shape } = stream;
  const piece = scanPiece(bytes, shape);
  const findEnd = findEventEnds(piece.text);
  let runStart = 0;
  let at = 0;
  for (let next = findEnd(0); next && !stream.isOver; next = findEnd(at)) {
    const { end, isOneLine } = next;
    // While an end is held it matters whether there is content in what comes.
    const mustParse = !stream.hasBegun || !held.isEmpty();
    if (!mustParse && stream.report.noteAlike(piece, at, end)) {
      at = end;
      continue;
    }
    const event = scanEvent(piece, { start: at, end, isOneLine }, shape, mustParse);
    if (event.kind === 'text') stream.report.noteText(piece, at, end);
    if (event.kind === 'chunk') stream.report.noteChunk(event);
    const isPassed = passes(stream, event);
    if (event.kind === 'text' || event.kind === 'chunk') stream.hasBegun = true;
    if (!isPassed && at > runStart) out.push(bytes.subarray(runStart, at));
    if (!isPassed) runStart = end;
    // What was held stands before this event, of which nothing is in a run yet.
    if (hasContent(event)) out.push(...held.release());
    if (!isPassed) out.push(...holdBack(stream, event, bytes.subarray(at, end)));
    at = end;
  }
  if (at > runStart) out.push(bytes.subarray(runStart, at));
  if (!stream.isOver) stream.cutter.keep(bytes.subarray(at));
}

function hasContent(event: Scanned): boolean {
  return event.kind === 'text' || (event.kind === 'chunk' && event.hasContent);
}

/** Whether the event goes to the client now. */
function passes({ hasBegun, held }: ChunkStream, event: Scanned): boolean {
  if (event.kind === 'text') return true;
  if (event.kind === 'comment') return hasBegun && held.isEmpty();
  return event.kind === 'chunk' && !event.isEnd && (event.hasContent || held.isEmpty());
}

/** Holds an event for the end, or ends the stream with it. Returns what need not be held any longer. */
function holdBack(stream: ChunkStream, event: Scanned, bytes: Buffer): readonly Buffer[] {
  const { held } = stream;
  if (event.kind === 'failed') stream.failure = event.failure;
  if (event.kind === 'failed' || event.kind === 'invalid') end(stream, event.kind);
  if (event.kind === 'done') {
    end(stream, stream.hasBegun ? 'whole' : 'invalid');
    // In its usual form: SDKs look for nothing else.
    return held.hold({ bytes: bytes.includes('[DONE]') && !bytes.includes('"') ? bytes : doneEvent, usageChunk: null });
  }
  if (event.kind === 'comment') return held.hold({ bytes, usageChunk: null });
  if (event.kind !== 'chunk' || isSwallowed(stream, event)) return [];
  return held.hold({ bytes, usageChunk: event.usage === null ? null : event.chunk });
}

/** The gateway itself asked for the chunk with nothing but usage. */
function isSwallowed({ isUsageHidden }: ChunkStream, event: ScannedChunk): boolean {
  return isUsageHidden && event.usage !== null && !event.hasChoices;
}

function skipLongEvent(stream: ChunkStream): void {
  const { cutter, report } = stream;
  const scan = scanLongEvent(cutter.rest(), report.text, stream.shape);
  if (!scan) {
    end(stream, 'invalid');
    return;
  }
  stream.status = 'too-long';
  stream.hasBegun = true;
  report.noteLong(scan);
  cutter.skip((bytes) => {
    scan.push(bytes);
    report.noteLong(scan);
  });
}

function endOfBytes(stream: ChunkStream): void {
  const { cutter, report, held } = stream;
  if (!stream.isOver && stream.status === 'open') lastEvent(stream, cutter.rest());
  if (!stream.isOver && stream.status === 'open' && stream.hasBegun && report.isFinished()) {
    end(stream, 'whole');
    stream.late = [...stream.late, ...held.hold({ bytes: doneEvent, usageChunk: null })];
  }
  stream.isOver ||= stream.status === 'too-long';
}

/** Some providers leave out the blank line after the very last event, or send a document where a stream was asked for. */
function lastEvent(stream: ChunkStream, rest: Buffer): void {
  const event = readSseEvent(rest);
  if (event !== null) {
    const isWhole = /\[done\]/i.test(event.data) || parseObject(event.data) !== null;
    if (!isWhole) return;
    const out: Buffer[] = [];
    cut(stream, Buffer.concat([rest, Buffer.from('\n\n')]), out);
    stream.late = out;
    return;
  }
  const document = parseObject(rest.toString());
  if (document === null) return;
  const failed = failureIn(document);
  if (failed !== null) stream.failure = readOpenAiError(0, failed);
  end(stream, failed === null ? 'invalid' : 'failed');
}

function end(stream: ChunkStream, as: AnswerStatus): void {
  if (stream.status === 'open') stream.status = as;
  stream.isOver = true;
}
