import type { AnswerDecoder } from '#ai/answer-decoder.ts';
import { type AttemptFailure, failureOfError, kindRows } from '../domain/attempt/attempt-failure.ts';
import { errorKindOf } from '../domain/attempt/error-kind.ts';
import type { Verdict } from '../domain/attempt/giving-up.ts';
import { CallFault, type Provider, type ProviderCall, type ResponseHead } from '../ports.ts';
import { brokenOff, causeOf, stoppedVerdict } from './broken-off.ts';
import type { PreparedCall } from './prepare-call.ts';
import { readRefusal } from './read-refusal.ts';
import { retryAfterMs } from './retry-after.ts';
import type { Run } from './run.ts';
import type { Used } from './used.ts';
import { usedOf } from './used-of.ts';

/** The outcome of one call to one provider. */
export type AttemptResult =
  /** There is an answer, whole or begun, or one that the client pays for without having it. */
  | {
      readonly kind: 'answered';
      readonly head: ResponseHead;
      readonly call: ProviderCall;
      readonly decoder: AnswerDecoder;
      /** The bytes that the client may have already; null if all of the answer is held until its usage is durable. */
      readonly first: Buffer | null;
    }
  /** `loss`: what the house pays for the attempt; null if nobody pays anything. */
  | {
      readonly kind: 'failed';
      readonly failure: AttemptFailure;
      readonly loss: Used | null;
      /** The words of a provider that refused the request by a status. */
      readonly words?: string;
    }
  /** The run was stopped. `used`: what the payer pays; null if nobody pays anything. */
  | { readonly kind: 'stopped'; readonly payer: Verdict['payer']; readonly used: Used | null };

/**
 * Calls a provider up to the point from which its answer can be relied upon: all of a short one, the first piece of a
 * long one.
 */
export async function attempt(run: Run, provider: Provider, prepared: PreparedCall): Promise<AttemptResult> {
  const call = provider.call(prepared.post);
  run.call = call;
  const decoder = prepared.openDecoder();
  let head: ResponseHead = { status: 0, headers: {} };
  let thrown: unknown = null;
  try {
    head = await call.head;
    const { status, headers } = head;
    if (status < 200 || status > 299) {
      const { kind, body, words } = await readRefusal(run, prepared, provider.config.apiKey, call, status);
      return {
        kind: 'failed',
        words,
        failure: failureOfError(kind, status, retryAfterMs(headers, Date.now()), body),
        loss: null,
      };
    }
    const first = await readFirst(call, decoder);
    if (first !== null || decoder.status() === 'whole') return { kind: 'answered', head, call, decoder, first };
  } catch (fault) {
    thrown = fault;
  }
  call.abort();
  if (decoder.status() === 'too-long') return { kind: 'answered', head, call, decoder, first: null };
  if (thrown instanceof CallFault && run.stopped) {
    const { payer } = stoppedVerdict(run, call, decoder);
    return {
      kind: 'stopped',
      payer,
      used: payer === 'nobody' ? null : await usedOf(run, decoder, prepared.format.name),
    };
  }
  const told = { status: head.status, spoken: prepared.format.name };
  const broken = await brokenOff(run, call, decoder, { ...told, ...causeOf(thrown, head.status, decoder) });
  return thrown === null ? withSaid(broken, decoder, head, provider.config.apiKey) : broken;
}

type Failed = Extract<AttemptResult, { kind: 'failed' }>;

/**
 * A provider that said its no within an answer (with status 200) is understood as one that said it by a status, unless a
 * model had begun by then. Its words are told in the gateway's own document: an error has no status of the provider's.
 */
function withSaid(broken: Failed, decoder: AnswerDecoder, { status, headers }: ResponseHead, apiKey: string): Failed {
  const said = decoder.failure();
  if (said === null || broken.failure.retry === 'never') return broken;
  const kind = errorKindOf(said, status);
  if (kind === 'unknown') return broken;
  const failure = failureOfError(kind, status, retryAfterMs(headers, Date.now()), null);
  const isTold = kindRows[kind].isToldAsIs && said.message !== '' && !(apiKey !== '' && said.message.includes(apiKey));
  return { ...broken, failure: isTold ? { ...failure, message: said.message } : failure };
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
