import type { AnswerDecoder } from '#ai/answer-decoder.ts';
import type { FormatName } from '#ai/format.ts';
import type { Clock } from '#kernel/clock.ts';
import { type AttemptFailure, failureOfError, kindRows } from '../domain/attempt/attempt-failure.ts';
import { errorKindOf } from '../domain/attempt/error-kind.ts';
import type { Verdict } from '../domain/attempt/giving-up.ts';
import { CallFault, type Provider, type ProviderCall, type ResponseHead } from '../ports.ts';
import { AnswerTooLong } from './bounded-answer.ts';
import { brokenOff, causeOf, stoppedVerdict } from './broken-off.ts';
import type { CallUnderWay } from './call-under-way.ts';
import type { PreparedCall } from './prepare-call.ts';
import { readRefusal } from './read-refusal.ts';
import { isNotToBeRepeated, retryAfterMs } from './retry-after.ts';
import type { Run } from './run.ts';
import { noteFirstByte } from './start-call.ts';
import type { Used } from './used.ts';
import { usedOf } from './used-of.ts';

/** The outcome of one call to one provider. */
export type AttemptResult =
  /** There is an answer, whole or begun, or one that the client pays for without having it. */
  | {
      readonly kind: 'answered';
      readonly head: ResponseHead;
      readonly underWay: CallUnderWay;
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
  /** The run was stopped, or another call was quicker. `used`: what the payer pays; null if nobody pays anything. */
  | { readonly kind: 'stopped'; readonly payer: Verdict['payer']; readonly used: Used | null };

/**
 * Hears a call up to the point from which its answer can be relied upon: all of a short one, the first piece of a long
 * one.
 */
export async function attempt(
  run: Run,
  underWay: CallUnderWay,
  prepared: PreparedCall,
  clock: Clock,
): Promise<AttemptResult> {
  const { call, watch } = underWay;
  const { provider } = watch;
  const decoder = prepared.openDecoder();
  let head: ResponseHead = { status: 0, headers: {} };
  let thrown: unknown = null;
  try {
    head = await call.head;
    const { status, headers } = head;
    watch.head(status, headers);
    if (status < 200 || status > 299) return await refusedBy(run, head, provider, prepared, call);
    const first = await readFirst(underWay, decoder, clock);
    if (first !== null || decoder.status() === 'whole') return { kind: 'answered', head, underWay, decoder, first };
  } catch (fault) {
    thrown = fault;
  }
  call.abort();
  // Read on in vain, it ends as too long.
  const isTooLong = decoder.status() === 'too-long' || (thrown instanceof AnswerTooLong && decoder.hasWork());
  if (isTooLong) return { kind: 'answered', head, underWay, decoder, first: null };
  if (thrown instanceof CallFault && (run.stopped || underWay.isOutrun)) {
    return stoppedBy(run, underWay, decoder, prepared.format.name);
  }
  if (thrown instanceof CallFault && thrown.reason === 'unauthorized') {
    return { kind: 'failed', failure: failureOfError('key', 0, undefined, null), loss: null };
  }
  const told = { status: head.status, spoken: prepared.format.name };
  const broken = await brokenOff(run, call, decoder, { ...told, ...causeOf(thrown, head.status, underWay, decoder) });
  return thrown === null ? withSaid(broken, decoder, head, provider) : broken;
}

/** The end of a call that this side has given up. */
export async function stoppedBy(
  run: Run,
  underWay: CallUnderWay,
  decoder: AnswerDecoder,
  spoken: FormatName,
): Promise<Extract<AttemptResult, { kind: 'stopped' }>> {
  const { payer } = stoppedVerdict(run, underWay, decoder);
  return { kind: 'stopped', payer, used: payer === 'nobody' ? null : await usedOf(run, decoder, spoken) };
}

/** A provider's no by its status. */
async function refusedBy(
  run: Run,
  head: ResponseHead,
  provider: Provider,
  prepared: PreparedCall,
  call: ProviderCall,
): Promise<AttemptResult> {
  const { status, headers } = head;
  const { kind, body, words, document } = await readRefusal(run, prepared, provider, call, head);
  const failure = failureOfError(kind, status, retryAfterMs(headers, Date.now(), document), body);
  return { kind: 'failed', words, failure: asTold(failure, headers), loss: null };
}

/** A provider may say that it is not to be asked again. */
function asTold(failure: AttemptFailure, headers: ResponseHead['headers']): AttemptFailure {
  return failure.retry === 'anywhere' && isNotToBeRepeated(headers) ? { ...failure, retry: 'elsewhere' } : failure;
}

type Failed = Extract<AttemptResult, { kind: 'failed' }>;

/**
 * A provider that said its no within an answer (with status 200) is understood as one that said it by a status, unless a
 * model had begun by then. Its words are told in the gateway's own document: an error has no status of the provider's.
 */
function withSaid(
  broken: Failed,
  decoder: AnswerDecoder,
  { status, headers }: ResponseHead,
  provider: Provider,
): Failed {
  const said = decoder.failure();
  if (said === null || broken.failure.retry === 'never') return broken;
  const kind = errorKindOf(said, status);
  if (kind === 'unknown') return broken;
  const failure = asTold(failureOfError(kind, status, retryAfterMs(headers, Date.now()), null), headers);
  const isTold = kindRows[kind].isToldAsIs && said.message !== '' && !provider.tellsSecret(said.message);
  return { ...broken, failure: isTold ? { ...failure, message: said.message } : failure };
}

/** The first bytes of an answer for the client; null if all of it is held, or if it broke off before. */
async function readFirst(underWay: CallUnderWay, decoder: AnswerDecoder, clock: Clock): Promise<Buffer | null> {
  let first: Buffer | null = null;
  while (first === null && !decoder.isOver()) {
    const bytes = await underWay.call.read();
    if (bytes === null) {
      decoder.end();
      break;
    }
    first = decoder.push(bytes);
    if (underWay.firstByteMs === 0 && decoder.hasWork()) noteFirstByte(underWay, clock());
  }
  return first;
}
