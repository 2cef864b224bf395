import { createGeneratedText } from '#ai/json/generated-text.ts';
import { createEventCutter, type EventCutter } from '#ai/sse/event-cutter.ts';
import { findEventEnds } from '#ai/sse/event-ends.ts';
import { HEARD_MAX_BYTES } from '#ai/sse/heard-max.ts';
import { doneEvent } from '#ai/sse/write-sse-event.ts';
import type { AnswerDecoder, AnswerStatus } from '../../ports.ts';
import { type Scanned, scanEvent, scanPiece } from './event-scan.ts';
import { createHeldEnd, type HeldEnd } from './held-end.ts';
import { scanLongEvent } from './long-event.ts';
import { createStreamReport, type StreamReport } from './stream-report.ts';

/** `data: [DONE]` with some white space. */
const LAST_LINE_MAX_BYTES = 64;

/** The state of a stream of chunks. */
interface ChunkStream {
  readonly isUsageHidden: boolean;
  readonly cutter: EventCutter;
  readonly report: StreamReport;
  readonly held: HeldEnd;
  status: AnswerStatus;
  isOver: boolean;
  hasBegun: boolean;
  heardBytes: number;
}

/**
 * Passes an OpenAI stream's events on byte for byte, whole events only. It holds back comments before the first chunk
 * (until then another provider may still answer), the last usage, and `[DONE]`. `isUsageHidden`: the gateway itself
 * asked for the chunk with nothing but usage, and does not pass it on. An event that is too long to keep is the last
 * that the client could have had: from there on, the stream is read for its usage alone.
 */
export function createOpenAiStreamDecoder(isUsageHidden: boolean): AnswerDecoder {
  const cutter = createEventCutter();
  const report = createStreamReport();
  const held = createHeldEnd();
  const stream: ChunkStream = {
    isUsageHidden,
    cutter,
    report,
    held,
    status: 'open',
    isOver: false,
    hasBegun: false,
    heardBytes: 0,
  };
  return {
    push: (piece) => push(stream, piece),
    end: () => endOfBytes(stream),
    status: () => stream.status,
    isOver: () => stream.isOver,
    usage: report.usage,
    isUsageFinal: () => report.isUsageLast() || stream.status === 'whole',
    hasWork: () => stream.hasBegun || scanLongEvent(cutter.rest(), createGeneratedText()) !== null,
    closing: held.bytes,
    sample: report.sample,
  };
}

function push(stream: ChunkStream, piece: Buffer): Buffer | null {
  const { cutter } = stream;
  const out: Buffer[] = [];
  const bytes = cutter.add(piece);
  if (bytes) cut(stream, bytes, out);
  if (!stream.isOver && cutter.isTooLong()) skipLongEvent(stream);
  if (stream.status === 'too-long') {
    stream.heardBytes += piece.length;
    stream.isOver ||= stream.heardBytes > HEARD_MAX_BYTES;
    return null;
  }
  const [first] = out;
  return first ? (out.length === 1 ? first : Buffer.concat(out)) : null;
}

/** Scans the whole events of `bytes`. Puts those that pass into `out`, in runs as long as possible. */
function cut(stream: ChunkStream, bytes: Buffer, out: Buffer[]): void {
  const { report, held } = stream;
  const piece = scanPiece(bytes);
  const findEnd = findEventEnds(piece.text);
  let runStart = 0;
  let at = 0;
  for (let next = findEnd(0); next && !stream.isOver; next = findEnd(at)) {
    const event = scanEvent(piece, at, next.end, next.isOneLine, !stream.hasBegun);
    report.note(event, piece, at, next.end);
    const isPassed = passes(stream, event);
    if (event.kind === 'content' || event.kind === 'usage') stream.hasBegun = true;
    if (isPassed) {
      const before = held.release();
      if (before) out.push(before);
    } else {
      if (at > runStart) out.push(bytes.subarray(runStart, at));
      runStart = next.end;
      holdBack(stream, event, bytes.subarray(at, next.end));
    }
    at = next.end;
  }
  if (at > runStart) out.push(bytes.subarray(runStart, at));
  if (!stream.isOver) stream.cutter.keep(bytes.subarray(at));
}

/** Whether the event goes to the client now. */
function passes({ hasBegun, held }: ChunkStream, event: Scanned): boolean {
  return (
    event.kind === 'content' ||
    (event.kind === 'usage' && !event.isLast) ||
    (event.kind === 'comment' && hasBegun && held.isEmpty())
  );
}

function holdBack(stream: ChunkStream, event: Scanned, bytes: Buffer): void {
  const { held } = stream;
  if (event.kind === 'done') end(stream, stream.hasBegun ? 'whole' : 'invalid');
  else if (event.kind === 'error') end(stream, 'failed');
  else if (event.kind === 'invalid') end(stream, 'invalid');
  const isSwallowed = event.kind === 'usage' && !event.hasChoices && stream.isUsageHidden;
  if (isSwallowed || (stream.status !== 'open' && stream.status !== 'whole')) return;
  held.hold(bytes, event.kind === 'usage');
  if (held.isTooLong()) end(stream, 'invalid');
}

function skipLongEvent(stream: ChunkStream): void {
  const { cutter, report } = stream;
  const scan = scanLongEvent(cutter.rest(), report.text);
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
  const rest = stream.cutter.rest();
  // Some providers leave out the blank line after the very last event.
  const isDone = rest.length <= LAST_LINE_MAX_BYTES && /^\s*data: ?\[DONE\]\s*$/.test(rest.toString('latin1'));
  if (!stream.isOver && stream.status === 'open' && isDone) {
    end(stream, stream.hasBegun ? 'whole' : 'invalid');
    stream.held.hold(doneEvent, false);
  }
  stream.isOver ||= stream.status === 'too-long';
}

function end(stream: ChunkStream, as: AnswerStatus): void {
  if (stream.status === 'open') stream.status = as;
  stream.isOver = true;
}
