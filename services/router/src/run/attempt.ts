import { createByteStore } from '#ai/json/byte-store.ts';
import { type AttemptFailure, failureOfStatus } from '../domain/attempt/attempt-failure.ts';
import type { Verdict } from '../domain/attempt/giving-up.ts';
import { type AnswerDecoder, CallFault, type EncodedRequest, type Provider, type ProviderCall } from '../ports.ts';
import { brokenOff, causeOf, stoppedVerdict } from './broken-off.ts';
import { retryAfterMs } from './retry-after.ts';
import type { Run } from './run.ts';
import { type Used, usedOf } from './used-of.ts';

/** An error document is a few hundred bytes. */
const ERROR_MAX_BYTES = 64 * 1024;

/** The outcome of one call to one provider. */
export type AttemptResult =
  /** There is an answer, whole or begun, or one that the client pays for without having it. */
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly call: ProviderCall;
      readonly decoder: AnswerDecoder;
      /** The bytes that the client may have already; null if all of the answer is held until its usage is durable. */
      readonly first: Buffer | null;
    }
  /** `loss`: what the house pays for the attempt; null if nobody pays anything. */
  | { readonly kind: 'failed'; readonly failure: AttemptFailure; readonly loss: Used | null }
  /** The run was stopped. `used`: what the payer pays; null if nobody pays anything. */
  | { readonly kind: 'stopped'; readonly payer: Verdict['payer']; readonly used: Used | null };

/**
 * Calls a provider up to the point from which its answer can be relied upon: all of a short one, the first piece of a
 * long one.
 */
export async function attempt(run: Run, provider: Provider, encoded: EncodedRequest): Promise<AttemptResult> {
  const { request } = run;
  const call = provider.call(encoded.body, request.requestId, request.stream);
  run.call = call;
  const decoder = request.stream ? encoded.openStream() : encoded.openWhole();
  let status = 0;
  let thrown: unknown = null;
  try {
    const head = await call.head;
    status = head.status;
    if (status < 200 || status > 299) {
      const failure = failureOfStatus(status, retryAfterMs(head.headers, Date.now()));
      return { kind: 'failed', failure: await withDocument(failure, provider, call), loss: null };
    }
    const first = await readFirst(call, decoder);
    if (first !== null || decoder.status() === 'whole') return { kind: 'answered', status, call, decoder, first };
  } catch (fault) {
    thrown = fault;
  }
  call.abort();
  if (decoder.status() === 'too-long') return { kind: 'answered', status, call, decoder, first: null };
  if (thrown instanceof CallFault && run.stopped) {
    const { payer } = stoppedVerdict(run, call, decoder);
    return { kind: 'stopped', payer, used: payer === 'nobody' ? null : await usedOf(run, decoder) };
  }
  return brokenOff(run, call, decoder, { status, ...causeOf(thrown, status, decoder) });
}

/** The first bytes of an answer for the client; null if all of it is held, or if it broke off before. */
async function readFirst(call: ProviderCall, decoder: AnswerDecoder): Promise<Buffer | null> {
  let first: Buffer | null = null;
  while (first === null && !decoder.isOver()) {
    const bytes = await call.read();
    if (bytes === null) {
      decoder.end();
      break;
    }
    first = decoder.push(bytes);
  }
  return first;
}

/** The failure with the provider's own words, if the client may read them. */
async function withDocument(failure: AttemptFailure, provider: Provider, call: ProviderCall): Promise<AttemptFailure> {
  if (failure.code !== 'upstream_refused') {
    call.discard();
    return failure;
  }
  const bytes = await readAll(call, ERROR_MAX_BYTES).catch(() => null);
  const { apiKey } = provider.config;
  const isSafe = bytes && (apiKey === '' || !bytes.includes(apiKey));
  return { ...failure, providerBody: isSafe ? provider.dialect.errorBody(bytes) : null };
}

/** All bytes of an answer; null if there are more than the bound, which also ends the call. */
async function readAll(call: ProviderCall, maxBytes: number): Promise<Buffer | null> {
  const read = createByteStore();
  for (let bytes = await call.read(); bytes !== null; bytes = await call.read()) {
    read.append(bytes);
    if (read.length() > maxBytes) {
      call.abort();
      return null;
    }
  }
  return read.take();
}
