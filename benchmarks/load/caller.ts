import type { Dispatcher, Pool } from 'undici';
import { answerFault, endsWhole, TAIL_BYTES } from './answer-check.ts';
import type { Tally } from './tally.ts';

/**
 * A caller's first answer and then one in so many is read in full; the others are checked by status and end alone, which
 * costs next to nothing.
 */
const SAMPLE_EVERY = 128;

/** Of an answer that is wrong so much is kept, to show. */
const SHOWN_CHARACTERS = 300;

/** Opens the text of a piece; what opens the answer has it with nothing in it. */
const TEXT = Buffer.from('"content":"');
const QUOTE = 0x22;

export interface CallerOptions {
  readonly pool: Pool;
  readonly request: Dispatcher.DispatchOptions;
  readonly isStream: boolean;
  /** False: this caller stops. Asked before each request. */
  readonly mayGoOn: () => boolean;
}

/** One caller of a closed loop: asks, waits for the answer's end, asks again. Resolves when it may not go on. */
export function runCaller(options: CallerOptions, tally: Tally): Promise<void> {
  const { pool, request, isStream, mayGoOn } = options;
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  let status = 0;
  let startedAtMs = 0;
  let firstTokenMs: number | undefined;
  let tail: Buffer = Buffer.alloc(0);
  let kept: Buffer[] | undefined;

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart() {},
    onResponseStart(_controller, statusCode) {
      status = statusCode;
      if (status !== 200) kept ??= [];
    },
    onResponseData(_controller, chunk) {
      if (isStream && firstTokenMs === undefined && hasText(chunk)) firstTokenMs = performance.now() - startedAtMs;
      tail = chunk.length >= TAIL_BYTES ? chunk : Buffer.concat([tail.subarray(-TAIL_BYTES), chunk]);
      kept?.push(chunk);
    },
    onResponseEnd() {
      const latencyMs = performance.now() - startedAtMs;
      const fault = faultOf({ status, tail, kept, isStream, hasFirstToken: firstTokenMs !== undefined });
      if (fault === undefined) tally.good(latencyMs, firstTokenMs);
      else tally.bad(fault);
      // Not at once: undici still counts the answer that is ending as running, and would wait for its own connection.
      queueMicrotask(next);
    },
    onResponseError(_controller, error) {
      tally.bad(`no answer: ${error.message}`);
      // A macrotask, so that a target that is gone cannot keep this process from noticing anything else.
      setImmediate(next);
    },
  };

  function next(): void {
    if (!mayGoOn()) {
      resolve();
      return;
    }
    status = 0;
    firstTokenMs = undefined;
    tail = tail.subarray(0, 0);
    kept = count % SAMPLE_EVERY === 0 ? [] : undefined;
    count += 1;
    startedAtMs = performance.now();
    pool.dispatch(request, handler);
  }

  next();
  return promise;
}

function hasText(chunk: Buffer): boolean {
  for (let at = chunk.indexOf(TEXT); at !== -1; at = chunk.indexOf(TEXT, at + TEXT.length)) {
    const next = chunk[at + TEXT.length];
    if (next !== undefined && next !== QUOTE) return true;
  }
  return false;
}

function faultOf(answer: {
  readonly status: number;
  readonly tail: Buffer;
  readonly kept: readonly Buffer[] | undefined;
  readonly isStream: boolean;
  readonly hasFirstToken: boolean;
}): string | undefined {
  const { status, tail, kept, isStream, hasFirstToken } = answer;
  const text = kept === undefined ? '' : Buffer.concat(kept).toString();
  if (status !== 200) return `status ${status}: ${text.slice(0, SHOWN_CHARACTERS)}`;
  if (!endsWhole(tail, isStream)) return `no whole answer, it ends with ${JSON.stringify(tail.toString().slice(-40))}`;
  if (isStream && !hasFirstToken) return 'a stream without text';
  return kept === undefined ? undefined : answerFault(text, isStream);
}
