import { doneEvent } from '#openai-wire/sse.ts';
import type { TokenUsage } from '../../domain/usage/token-usage.ts';
import type { StreamDecoder, StreamStatus } from '../../ports.ts';
import { createEventCutter, findEventEnd } from './event-cutter.ts';
import { scanEvent, scanPiece } from './event-scan.ts';
import { createStreamSample } from './stream-sample.ts';
import { readOpenAiUsage } from './usage.ts';

/** What is held back is the usage and the end, a few hundred bytes; a provider that sends more then is not at its end. */
const HELD_MAX_BYTES = 256 * 1024;

/**
 * Passes an OpenAI stream's events on byte for byte, whole events only. Held back: comments before the first chunk
 * (until then another provider may still answer), the last usage, and `[DONE]`. `isUsageHidden`: the chunk that carries
 * nothing but usage is the gateway's own wish and is swallowed.
 */
export function createOpenAiStreamDecoder(isUsageHidden: boolean): StreamDecoder {
  const cutter = createEventCutter();
  const sample = createStreamSample();
  let status: StreamStatus = 'open';
  let usage: TokenUsage | null = null;
  let isUsageLast = false;
  let hasBegun = false;
  let held: Buffer[] = [];
  let heldBytes = 0;

  function hold(bytes: Buffer): void {
    held.push(bytes);
    heldBytes += bytes.length;
    if (heldBytes > HELD_MAX_BYTES) status = 'invalid';
  }

  /** Scans the whole events of `bytes`; what passes is put into `out` in runs as long as may be. */
  function cut(bytes: Buffer, out: Buffer[]): void {
    const piece = scanPiece(bytes);
    const { text } = piece;
    let runStart = 0;
    let at = 0;
    for (let next = findEventEnd(text, 0); next && status === 'open'; next = findEventEnd(text, at)) {
      const event = scanEvent(piece, at, next.end, next.isOneLine, !hasBegun);
      const passes = event.kind === 'content' || (event.kind === 'comment' && hasBegun && held.length === 0);
      if (event.kind === 'usage') usage = readOpenAiUsage(event.usage) ?? usage;
      if (event.kind === 'usage' || event.kind === 'content') isUsageLast = event.kind === 'usage' && event.isLast;
      if (passes || (event.kind === 'usage' && !event.isLast)) {
        hasBegun = true;
        // A comment holds no text: counted, it would scale the estimate of a cut stream up.
        if (event.kind !== 'comment') sample.countEvent();
        // The end was not near after all.
        if (held.length > 0) out.push(...held);
        held = [];
        heldBytes = 0;
      } else {
        if (at > runStart) out.push(bytes.subarray(runStart, at));
        runStart = next.end;
        if (event.kind === 'usage') hasBegun = true;
        if (event.kind === 'done') status = hasBegun ? 'whole' : 'invalid';
        else if (event.kind === 'error') status = 'failed';
        else if (event.kind === 'invalid') status = 'invalid';
        const isSwallowed = event.kind === 'usage' && !event.hasChoices && isUsageHidden;
        if (!isSwallowed && (status === 'open' || status === 'whole')) hold(bytes.subarray(at, next.end));
      }
      at = next.end;
    }
    if (at > runStart) out.push(bytes.subarray(runStart, at));
    if (status === 'open') cutter.keep(bytes.subarray(at));
  }

  return {
    push(chunk) {
      const out: Buffer[] = [];
      try {
        const bytes = cutter.add(chunk);
        if (bytes) cut(bytes, out);
      } catch {
        status = 'invalid';
      }
      const [first] = out;
      if (!first) return null;
      const passed = out.length === 1 ? first : Buffer.concat(out);
      sample.add(passed);
      return passed;
    },
    end() {
      // Some providers leave out the blank line after the very last event.
      if (status !== 'open' || !/^\s*data: ?\[DONE\]\s*$/.test(cutter.rest().toString('latin1'))) return;
      status = hasBegun ? 'whole' : 'invalid';
      hold(doneEvent);
    },
    status: () => status,
    usage: () => usage,
    isUsageFinal: () => isUsageLast || status === 'whole',
    closing: () => Buffer.concat(held),
    sample: sample.read,
  };
}
