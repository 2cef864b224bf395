import { type AttemptFailure, failureOfCode, failureOfStatus } from '../domain/attempt/attempt-failure.ts';
import {
  CallFault,
  type EncodedRequest,
  type Provider,
  type ProviderCall,
  type ResponseHead,
  type StreamDecoder,
  type WholeAnswer,
} from '../ports.ts';
import { readAll } from './read-all.ts';
import type { Run } from './run.ts';

/** Above any chat completion; an answer with pictures in it is some megabytes. */
const ANSWER_MAX_BYTES = 32 * 1024 * 1024;
/** An error document is a few hundred bytes. */
const ERROR_MAX_BYTES = 64 * 1024;

/** What one call to one provider came to. */
export type AttemptResult =
  | { readonly kind: 'whole'; readonly status: number; readonly answer: WholeAnswer & { readonly kind: 'answer' } }
  | {
      readonly kind: 'stream';
      readonly status: number;
      readonly call: ProviderCall;
      readonly decoder: StreamDecoder;
      /** What the client may have already; null where the stream has ended before there was any. */
      readonly first: Buffer | null;
    }
  | { readonly kind: 'failed'; readonly failure: AttemptFailure }
  /** The run was stopped. `wasSent`: the provider may have begun to work. */
  | { readonly kind: 'stopped'; readonly wasSent: boolean };

/** Calls a provider up to the point where its answer can be relied upon: all of a whole one, the first piece of a stream. */
export async function attempt(run: Run, provider: Provider, encoded: EncodedRequest): Promise<AttemptResult> {
  const { request } = run;
  const call = provider.call(encoded.body, request.requestId, request.stream);
  run.call = call;
  let head: ResponseHead | null = null;
  try {
    head = await call.head;
    if (head.status < 200 || head.status > 299)
      return { kind: 'failed', failure: await refusedBy(provider, call, head) };
    return request.stream ? await beginStream(call, head, encoded) : await readWhole(call, head, encoded);
  } catch (thrown) {
    call.abort();
    if (!(thrown instanceof CallFault)) throw thrown;
    if (run.stopped) return { kind: 'stopped', wasSent: call.wasSent() };
    return { kind: 'failed', failure: failureOfFault(thrown, head) };
  }
}

async function readWhole(call: ProviderCall, head: ResponseHead, encoded: EncodedRequest): Promise<AttemptResult> {
  const bytes = await readAll(call, ANSWER_MAX_BYTES);
  const answer = bytes ? encoded.readAnswer(bytes) : ({ kind: 'invalid' } as const);
  if (answer.kind === 'answer') return { kind: 'whole', status: head.status, answer };
  return { kind: 'failed', failure: failureOfCode('upstream_invalid_response', head.status) };
}

async function beginStream(call: ProviderCall, head: ResponseHead, encoded: EncodedRequest): Promise<AttemptResult> {
  const decoder = encoded.openStream();
  let first: Buffer | null = null;
  while (first === null && decoder.status() === 'open') {
    const bytes = await call.read();
    if (bytes === null) {
      decoder.end();
      break;
    }
    first = decoder.push(bytes);
  }
  // Nothing has gone to the client yet, so a stream that breaks here can still be had from another provider.
  if (first === null && decoder.status() !== 'whole') {
    call.abort();
    const code = decoder.status() === 'failed' ? 'upstream_error' : 'upstream_invalid_response';
    return { kind: 'failed', failure: failureOfCode(code, head.status) };
  }
  return { kind: 'stream', status: head.status, call, decoder, first };
}

/** The failure that a status stands for, with the provider's own words where they are the client's to read. */
async function refusedBy(provider: Provider, call: ProviderCall, head: ResponseHead): Promise<AttemptFailure> {
  const failure = failureOfStatus(head.status, retryAfterMs(head.headers));
  if (failure.code !== 'upstream_refused') {
    call.discard();
    return failure;
  }
  const bytes = await readAll(call, ERROR_MAX_BYTES).catch(() => null);
  const { apiKey } = provider.config;
  const isSafe = bytes && (apiKey === '' || !bytes.includes(apiKey));
  return { ...failure, providerBody: isSafe ? provider.dialect.errorBody(bytes) : null };
}

function failureOfFault(fault: CallFault, head: ResponseHead | null): AttemptFailure {
  if (fault.reason === 'timeout') return failureOfCode('upstream_timeout', head?.status);
  return failureOfCode(head ? 'upstream_cut' : 'upstream_error', head?.status);
}

/** `retry-after-ms` as OpenAI has it, else `Retry-After` in seconds or as a date. */
function retryAfterMs(headers: ResponseHead['headers']): number | undefined {
  const milliseconds = Number.parseFloat(String(headers['retry-after-ms']));
  if (milliseconds >= 0) return Math.ceil(milliseconds);
  const value = String(headers['retry-after'] ?? '');
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds * 1000)) : undefined;
}
