import type { Dispatcher, Pool } from 'undici';
import { CallFault, type ProviderCall, type ResponseHead } from '../ports.ts';

/** Bytes that wait for a slow client before the provider is made to wait: a few thousand tokens. */
const QUEUE_MAX_BYTES = 256 * 1024;
/** What a chunk takes in memory beside its bytes: a provider may write its answer in chunks of one byte. */
const CHUNK_OVERHEAD_BYTES = 128;
/** What follows the end of an answer is a few bytes; a provider that takes longer is cut off. */
const DISCARD_MAX_MS = 2_000;

export interface Post {
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: Buffer;
  /** Waiting for a connection included. */
  readonly headTimeoutMs: number;
}

/** Sends a POST. Undici's `dispatch` rather than `request`: no Readable is built for each answer. */
export function startCall(pool: Pool, post: Post): ProviderCall {
  const head = Promise.withResolvers<ResponseHead>();
  // A caller that is no longer interested does not make an unhandled rejection.
  head.promise.catch(() => {});
  let chunks: Buffer[] = [];
  let queuedBytes = 0;
  let controller: Dispatcher.DispatchController | null = null;
  let fault: CallFault | null = null;
  let isEnded = false;
  let isDiscarding = false;
  let discardTimer: NodeJS.Timeout | undefined;
  let wakeReader: (() => void) | null = null;
  const headTimer = setTimeout(() => fail(new CallFault('timeout')), post.headTimeoutMs);

  function settle(): void {
    clearTimeout(headTimer);
    clearTimeout(discardTimer);
    wakeReader?.();
    wakeReader = null;
  }

  function fail(reason: CallFault): void {
    if (isEnded || fault) return;
    fault = reason;
    head.reject(reason);
    settle();
    controller?.abort(reason);
  }

  function take(): Buffer {
    const [first] = chunks;
    const bytes = chunks.length === 1 && first ? first : Buffer.concat(chunks, queuedBytes);
    chunks = [];
    queuedBytes = 0;
    if (controller?.paused) controller.resume();
    return bytes;
  }

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      // Given up while it waited for a connection: nothing is sent.
      if (fault) started.abort(fault);
    },
    onResponseStart(_controller, status, headers) {
      if (status < 200) return;
      clearTimeout(headTimer);
      head.resolve({ status, headers });
    },
    onResponseData(receiving, chunk) {
      if (isDiscarding) return;
      chunks.push(chunk);
      queuedBytes += chunk.length;
      if (queuedBytes + chunks.length * CHUNK_OVERHEAD_BYTES > QUEUE_MAX_BYTES) receiving.pause();
      wakeReader?.();
      wakeReader = null;
    },
    onResponseEnd() {
      isEnded = true;
      settle();
    },
    onResponseError(_controller, error) {
      fail(callFault(error));
    },
  };

  pool.dispatch({ path: post.path, method: 'POST', headers: post.headers, body: post.body }, handler);

  return {
    head: head.promise,
    async read() {
      while (true) {
        if (chunks.length > 0) return take();
        if (fault) throw fault;
        if (isEnded) return null;
        await new Promise<void>((resolve) => {
          wakeReader = resolve;
        });
      }
    },
    wasSent: () => controller !== null,
    discard() {
      if (isEnded || fault || isDiscarding) return;
      isDiscarding = true;
      chunks = [];
      if (controller?.paused) controller.resume();
      discardTimer = setTimeout(() => fail(new CallFault('aborted')), DISCARD_MAX_MS);
    },
    abort: () => fail(new CallFault('aborted')),
  };
}

function callFault(error: Error): CallFault {
  if (error instanceof CallFault) return error;
  const code = 'code' in error ? String(error.code) : '';
  return new CallFault(/TIMEOUT|ETIMEDOUT/.test(code) ? 'timeout' : 'broken', { cause: error });
}
