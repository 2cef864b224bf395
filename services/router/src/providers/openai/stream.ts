import { doneEvent } from '#openai-wire/sse.ts';
import type { AnswerDecoder, AnswerStatus } from '../../ports.ts';
import { createEventCutter, findEventEnd } from '../event-cutter.ts';
import { createGeneratedText } from '../generated-text.ts';
import { HEARD_MAX_BYTES } from '../heard-max.ts';
import { type Scanned, scanEvent, scanPiece } from './event-scan.ts';
import { createHeldEnd } from './held-end.ts';
import { scanLongEvent } from './long-event.ts';
import { createStreamReport } from './stream-report.ts';

/** `data: [DONE]` with some white space. */
const LAST_LINE_MAX_BYTES = 64;

/**
 * Passes an OpenAI stream's events on byte for byte, whole events only. Held back: comments before the first chunk
 * (until then another provider may still answer), the last usage, and `[DONE]`. `isUsageHidden`: the chunk that carries
 * nothing but usage is the gateway's own wish and is swallowed. An event that is too long to be kept is the last that the
 * client could have had: from there on the stream is read for its usage alone.
 */
export function createOpenAiStreamDecoder(isUsageHidden: boolean): AnswerDecoder {
  const cutter = createEventCutter();
  const report = createStreamReport();
  const held = createHeldEnd();
  let status: AnswerStatus = 'open';
  let isOver = false;
  let hasBegun = false;
  let heardBytes = 0;

  function end(as: AnswerStatus): void {
    if (status === 'open') status = as;
    isOver = true;
  }

  /** Whether the event goes to the client now. */
  function passes(event: Scanned): boolean {
    return (
      event.kind === 'content' ||
      (event.kind === 'usage' && !event.isLast) ||
      (event.kind === 'comment' && hasBegun && held.isEmpty())
    );
  }

  function holdBack(event: Scanned, bytes: Buffer): void {
    if (event.kind === 'done') end(hasBegun ? 'whole' : 'invalid');
    else if (event.kind === 'error') end('failed');
    else if (event.kind === 'invalid') end('invalid');
    const isSwallowed = event.kind === 'usage' && !event.hasChoices && isUsageHidden;
    if (isSwallowed || (status !== 'open' && status !== 'whole')) return;
    held.hold(bytes, event.kind === 'usage');
    if (held.isTooLong()) end('invalid');
  }

  /** Scans the whole events of `bytes`; what passes is put into `out` in runs as long as may be. */
  function cut(bytes: Buffer, out: Buffer[]): void {
    const piece = scanPiece(bytes);
    let runStart = 0;
    let at = 0;
    for (let next = findEventEnd(piece.text, 0); next && !isOver; next = findEventEnd(piece.text, at)) {
      const event = scanEvent(piece, at, next.end, next.isOneLine, !hasBegun);
      report.note(event, piece, at, next.end);
      const isPassed = passes(event);
      if (event.kind === 'content' || event.kind === 'usage') hasBegun = true;
      if (isPassed) {
        const before = held.release();
        if (before) out.push(before);
      } else {
        if (at > runStart) out.push(bytes.subarray(runStart, at));
        runStart = next.end;
        holdBack(event, bytes.subarray(at, next.end));
      }
      at = next.end;
    }
    if (at > runStart) out.push(bytes.subarray(runStart, at));
    if (!isOver) cutter.keep(bytes.subarray(at));
  }

  function skipLongEvent(): void {
    const scan = scanLongEvent(cutter.rest(), report.text);
    if (!scan) {
      end('invalid');
      return;
    }
    status = 'too-long';
    hasBegun = true;
    report.noteLong(scan);
    cutter.skip((bytes) => {
      scan.push(bytes);
      report.noteLong(scan);
    });
  }

  return {
    push(chunk) {
      const out: Buffer[] = [];
      const bytes = cutter.add(chunk);
      if (bytes) cut(bytes, out);
      if (!isOver && cutter.isTooLong()) skipLongEvent();
      if (status === 'too-long') {
        heardBytes += chunk.length;
        isOver ||= heardBytes > HEARD_MAX_BYTES;
        return null;
      }
      const [first] = out;
      return first ? (out.length === 1 ? first : Buffer.concat(out)) : null;
    },
    end() {
      const rest = cutter.rest();
      // Some providers leave out the blank line after the very last event.
      const isDone = rest.length <= LAST_LINE_MAX_BYTES && /^\s*data: ?\[DONE\]\s*$/.test(rest.toString('latin1'));
      if (!isOver && status === 'open' && isDone) {
        end(hasBegun ? 'whole' : 'invalid');
        held.hold(doneEvent, false);
      }
      isOver ||= status === 'too-long';
    },
    status: () => status,
    isOver: () => isOver,
    usage: report.usage,
    isUsageFinal: () => report.isUsageLast() || status === 'whole',
    hasWork: () => hasBegun || scanLongEvent(cutter.rest(), createGeneratedText()) !== null,
    closing: held.bytes,
    sample: report.sample,
  };
}
