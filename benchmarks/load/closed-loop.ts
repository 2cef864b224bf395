import { Pool } from 'undici';
import { runCaller } from './caller.ts';
import { createTally, type LoadResult } from './tally.ts';

/** An answer that takes longer than this is a failure: nothing here is slow by intent. */
const ANSWER_TIMEOUT_MS = 30_000;

/** After so many failures a run is no measurement any more. */
const FAILURES_MAX = 100;

export interface LoadOptions {
  /** The server's address; completions are asked of `/v1/chat/completions` there. */
  readonly url: string;
  readonly apiKey: string;
  readonly body: Buffer;
  readonly isStream: boolean;
  /** Each has one request under way at any time, on a connection that is kept. */
  readonly callers: number;
  readonly signal: AbortSignal;
}

/** A load that can be put on a target again and again, over the same connections. */
export interface Load extends AsyncDisposable {
  /** Callers start no request after `durationMs`, or after `requests` of them; those under way end. Throws when aborted. */
  run(bound: { readonly durationMs: number } | { readonly requests: number }): Promise<LoadResult>;
}

export function openLoad(options: LoadOptions): Load {
  const { url, apiKey, body, isStream, callers, signal } = options;
  const pool = new Pool(url, {
    connections: callers,
    pipelining: 1,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
  });
  const headers = ['content-type', 'application/json', 'authorization', `Bearer ${apiKey}`];
  const request = { path: '/v1/chat/completions', method: 'POST', headers, body } as const;
  return {
    async run(bound) {
      const tally = createTally();
      const startedAtMs = performance.now();
      const isWithin = boundCheck(bound, startedAtMs);
      const mayGoOn = (): boolean => !signal.aborted && tally.badCount() < FAILURES_MAX && isWithin();
      await Promise.all(Array.from({ length: callers }, () => runCaller({ pool, request, isStream, mayGoOn }, tally)));
      signal.throwIfAborted();
      return tally.result(performance.now() - startedAtMs);
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

function boundCheck(bound: Parameters<Load['run']>[0], startedAtMs: number): () => boolean {
  if ('durationMs' in bound) {
    const endMs = startedAtMs + bound.durationMs;
    return () => performance.now() < endMs;
  }
  let left = bound.requests;
  return () => {
    left -= 1;
    return left >= 0;
  };
}
