import type { Dispatcher, Pool } from 'undici';
import { CallFault, type ProviderCall, type ResponseHead } from '../ports.ts';

/** How many bytes may wait for a slow client before the provider is made to wait: a few thousand tokens. */
const QUEUE_MAX_BYTES = 256 * 1024;
/** The memory of a chunk beside its bytes: a provider may write its answer in chunks of one byte. */
const CHUNK_OVERHEAD_BYTES = 128;
/** A few bytes follow the end of an answer. A provider that takes longer is cut off. */
const DISCARD_MAX_MS = 2_000;

/** Answers before the answer (1xx) that are passed over: some servers send a hint or two. */
const INTERIM_MAX = 32;

/** The pool was closed under the call: the router stops, or the provider was taken away. */
const CLOSED = /^UND_ERR_(DESTROYED|CLOSED)$/;

export interface Post {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** Includes the waits for headers and for a connection. */
  readonly headTimeoutMs: number;
}

/** A call under way: the received part of its answer, and the waiting reader. */
interface Call {
  readonly head: PromiseWithResolvers<ResponseHead>;
  readonly headTimer: NodeJS.Timeout;
  chunks: Buffer[];
  queuedBytes: number;
  controller: Dispatcher.DispatchController | null;
  fault: CallFault | null;
  /** How many answers came before the answer. */
  interims: number;
  isEnded: boolean;
  isDiscarding: boolean;
  discardTimer: NodeJS.Timeout | undefined;
  wakeReader: (() => void) | null;
}

/**
 * Sends a request, with the headers of `awaited` when they are there; they reject with a `CallFault`. Uses undici's `dispatch` rather
 * than `request`, which builds a Readable for each answer. `pool` is asked when the request is sent.
 */
export function startCall(
  pool: () => Pool,
  post: Post,
  awaited: readonly string[] | Promise<readonly string[]> = [],
): ProviderCall {
  const call: Call = {
    head: Promise.withResolvers(),
    headTimer: setTimeout(() => fail(call, new CallFault('timeout')), post.headTimeoutMs),
    chunks: [],
    queuedBytes: 0,
    controller: null,
    fault: null,
    interims: 0,
    isEnded: false,
    isDiscarding: false,
    discardTimer: undefined,
    wakeReader: null,
  };
  // Avoids an unhandled rejection if the caller is no longer interested.
  call.head.promise.catch(() => {});
  const { method, path, headers } = post;
  const send = (more: readonly string[]): void => {
    // Given up while it waited for its headers.
    if (call.fault) return;
    const body = method === 'GET' ? null : post.body;
    pool().dispatch({ path, method, headers: [...headers, ...more], body }, receiver(call));
  };
  if (awaited instanceof Promise) awaited.then(send).catch((thrown: unknown) => fail(call, unsentFault(thrown)));
  else send(awaited);

  return {
    head: call.head.promise,
    async read() {
      while (true) {
        if (call.chunks.length > 0) return take(call);
        if (call.fault) throw call.fault;
        if (call.isEnded) return null;
        await new Promise<void>((resolve) => {
          call.wakeReader = resolve;
        });
      }
    },
    wasSent: () => call.controller !== null,
    discard: () => discard(call),
    abort: () => fail(call, new CallFault('aborted')),
  };
}

/** Fills the call from undici's events. */
function receiver(call: Call): Dispatcher.DispatchHandler {
  return {
    onRequestStart(started) {
      call.controller = started;
      // The call was given up while it waited for a connection, so nothing is sent.
      if (call.fault) started.abort(call.fault);
    },
    onResponseStart(_controller, status, headers) {
      if (status < 200) {
        call.interims += 1;
        if (call.interims > INTERIM_MAX) fail(call, new CallFault('broken'));
        return;
      }
      clearTimeout(call.headTimer);
      call.head.resolve({ status, headers });
    },
    onResponseData(receiving, chunk) {
      if (call.isDiscarding) return;
      call.chunks.push(chunk);
      call.queuedBytes += chunk.length;
      if (call.queuedBytes + call.chunks.length * CHUNK_OVERHEAD_BYTES > QUEUE_MAX_BYTES) receiving.pause();
      wake(call);
    },
    onResponseEnd() {
      call.isEnded = true;
      settle(call);
    },
    onResponseError(_controller, error) {
      fail(call, callFault(error, call.controller !== null));
    },
  };
}

function take(call: Call): Buffer {
  const { chunks, controller } = call;
  const [first] = chunks;
  const bytes = chunks.length === 1 && first ? first : Buffer.concat(chunks, call.queuedBytes);
  call.chunks = [];
  call.queuedBytes = 0;
  if (controller?.paused) controller.resume();
  return bytes;
}

function wake(call: Call): void {
  call.wakeReader?.();
  call.wakeReader = null;
}

function settle(call: Call): void {
  clearTimeout(call.headTimer);
  clearTimeout(call.discardTimer);
  wake(call);
}

function fail(call: Call, reason: CallFault): void {
  if (call.isEnded || call.fault) return;
  call.fault = reason;
  call.head.reject(reason);
  settle(call);
  call.controller?.abort(reason);
}

/** Discards the rest of the answer, so that the connection can be used again. */
function discard(call: Call): void {
  if (call.isEnded || call.fault || call.isDiscarding) return;
  call.isDiscarding = true;
  call.chunks = [];
  if (call.controller?.paused) call.controller.resume();
  call.discardTimer = setTimeout(() => fail(call, new CallFault('aborted')), DISCARD_MAX_MS);
}

/** What kept a request from being sent: a defect is the gateway's own, and says nothing of the provider. */
function unsentFault(thrown: unknown): CallFault {
  return thrown instanceof CallFault ? thrown : new CallFault('aborted', { cause: thrown });
}

/** undici tells of a fault before it has begun to send where it could not connect, or where it took no more requests. */
function callFault(error: Error, isSent: boolean): CallFault {
  if (error instanceof CallFault) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (CLOSED.test(code)) return new CallFault('aborted', { cause: error });
  if (!isSent && code !== 'UND_ERR_INVALID_ARG') return new CallFault('connection', { cause: error });
  return new CallFault(/TIMEOUT|ETIMEDOUT/.test(code) ? 'timeout' : 'broken', { cause: error });
}
