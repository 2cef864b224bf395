import type { AnswerDecoder } from '#ai/answer-decoder.ts';
import { answerTokensOf, promptTokensOf } from '#ai/usage.ts';
import type { CompleteRequest } from '#contracts/router.ts';
import type { ErrorCode } from '#errors/error-table.ts';
import type { Clock } from '#kernel/clock.ts';
import { kindRows } from '../domain/attempt/attempt-failure.ts';
import { errorKindOf } from '../domain/attempt/error-kind.ts';
import type { CallOutcome, CallWatch } from '../fleet/call-outcome.ts';
import { CallFault, type ProviderCall } from '../ports.ts';
import { AnswerTooLong, bounded } from './bounded-answer.ts';
import type { PreparedCall } from './prepare-call.ts';
import { readRefusal } from './read-refusal.ts';
import { retryAfterMs } from './retry-after.ts';
import { noText, printOf, type TextPrint } from './shadow-text.ts';
import { nothingUsed, type Used } from './used.ts';
import { usedOf } from './used-of.ts';

/** What came of a copy. */
export interface ShadowResult {
  readonly outcome: 'OUTCOME_COMPLETED' | 'OUTCOME_CUT' | 'OUTCOME_FAILED';
  /** 0: none came. */
  readonly status: number;
  readonly error: ErrorCode | '';
  readonly used: Used;
  /** 0: none came. */
  readonly firstByteMs: number;
  readonly durationMs: number;
  readonly text: TextPrint;
}

/** Of a copy that its target does not take: nothing was sent. */
export function notSent(error: ErrorCode): ShadowResult {
  const outcome = 'OUTCOME_FAILED';
  return { outcome, status: 0, error, used: nothingUsed, firstByteMs: 0, durationMs: 0, text: noText };
}

/** Why a copy is not heard to its end: its time is over, or the router stops. */
export type StopReason = 'timeout' | 'closing';

/** Why an answer is not whole: for the record, and for what is known of the deployment. */
interface Broken {
  readonly code: ErrorCode;
  readonly told: CallOutcome;
}

/** What was seen of the answer by the time it ended. */
interface Seen {
  status: number;
  firstByteMs: number;
}

/**
 * Sends a copy and hears its answer to the end. `stop` aborts with a `StopReason`. Never throws for what a provider does; tells
 * the watch how the call ended.
 */
export async function callShadow(
  request: CompleteRequest,
  prepared: PreparedCall,
  watch: CallWatch,
  { stop, clock }: { readonly stop: AbortSignal; readonly clock: Clock },
): Promise<ShadowResult> {
  const startedAtMs = clock();
  // Of its own name: a provider may take two requests of one id for one.
  const post = { ...prepared.post, requestId: `shadow-${request.requestId}` };
  const call = bounded(watch.provider.call(post), watch.provider.config.answerMaxBytes);
  const breakOff = (): void => call.abort();
  if (stop.aborted) breakOff();
  stop.addEventListener('abort', breakOff);
  const decoder = prepared.openDecoder();
  const seen: Seen = { status: 0, firstByteMs: 0 };
  let told: CallOutcome = { kind: 'abandoned' };
  try {
    const onFirst = (): void => {
      seen.firstByteMs = Math.max(1, clock() - startedAtMs);
      watch.firstToken();
    };
    const broken = await hear(call, decoder, onFirst, async () => {
      const head = await call.head;
      const { status, headers } = head;
      seen.status = status;
      watch.head(status, headers);
      if (status >= 200 && status <= 299) return null;
      const { kind, document } = await readRefusal({ request }, prepared, watch.provider, call, head);
      return saidNo(kind, retryAfterMs(headers, clock(), document), status);
    }).catch((thrown: unknown) => brokenBy(thrown, call, stop));
    const used = isPaidFor(broken, call, decoder, stop)
      ? await usedOf({ request }, decoder, prepared.format.name)
      : nothingUsed;
    told = broken?.told ?? succeeded(used);
    return {
      outcome: broken === null ? 'OUTCOME_COMPLETED' : decoder.hasWork() ? 'OUTCOME_CUT' : 'OUTCOME_FAILED',
      status: seen.status,
      error: broken?.code ?? '',
      used,
      firstByteMs: seen.firstByteMs,
      durationMs: clock() - startedAtMs,
      text: printOf(decoder.sample()),
    };
  } finally {
    stop.removeEventListener('abort', breakOff);
    watch.end(told);
    if (told.kind === 'succeeded') call.discard();
    else call.abort();
  }
}

/** Reads an answer to its end. Returns why it is not whole, or null if it is. Rejects as the call does. */
async function hear(
  call: ProviderCall,
  decoder: AnswerDecoder,
  onFirst: () => void,
  readHead: () => Promise<Broken | null>,
): Promise<Broken | null> {
  const no = await readHead();
  if (no !== null) return no;
  let isFirst = true;
  while (!decoder.isOver()) {
    const bytes = await call.read();
    if (bytes === null) {
      decoder.end();
      break;
    }
    decoder.push(bytes);
    if (isFirst && decoder.hasWork()) onFirst();
    isFirst &&= !decoder.hasWork();
  }
  return brokenAtEnd(decoder);
}

/** That the gateway keeps no more of an answer says nothing of its provider. */
const tooLong: Broken = { code: 'upstream_invalid_response', told: { kind: 'abandoned' } };

function brokenAtEnd(decoder: AnswerDecoder): Broken | null {
  switch (decoder.status()) {
    case 'whole':
      return null;
    case 'failed': {
      const said = decoder.failure();
      const kind = said === null ? 'unknown' : errorKindOf(said, 200);
      return kind === 'unknown' ? failed('upstream_error', 'server') : saidNo(kind, undefined);
    }
    case 'invalid':
      return failed('upstream_invalid_response', 'unreadable');
    case 'too-long':
      return tooLong;
    case 'open':
      return failed('upstream_cut', 'cut');
  }
}

function brokenBy(thrown: unknown, call: ProviderCall, stop: AbortSignal): Broken {
  if (!(thrown instanceof CallFault)) return { code: 'internal_error', told: { kind: 'abandoned' } };
  if (thrown instanceof AnswerTooLong) return tooLong;
  if (isStopped(stop, 'closing')) return { code: 'unavailable', told: { kind: 'abandoned' } };
  if (isStopped(stop, 'timeout') || thrown.reason === 'timeout') return failed('upstream_timeout', 'timeout');
  if (thrown.reason === 'unauthorized') return saidNo('key', undefined);
  return call.wasSent() ? failed('upstream_cut', 'cut') : failed('upstream_error', 'connection');
}

/** Whether a provider bills the copy, or may: it has answered, has begun to, or was at work when it was given up. */
function isPaidFor(broken: Broken | null, call: ProviderCall, decoder: AnswerDecoder, stop: AbortSignal): boolean {
  if (broken === null || decoder.hasWork() || decoder.usage() !== null) return true;
  return call.wasSent() && (stop.aborted || broken.code === 'upstream_timeout');
}

function isStopped(stop: AbortSignal, reason: StopReason): boolean {
  return stop.aborted && stop.reason === reason;
}

function saidNo(kind: keyof typeof kindRows, afterMs: number | undefined, status?: number): Broken {
  const isOfRequest = kindRows[kind].retry === 'never';
  return {
    code: errorCodeOf(kind),
    told: isOfRequest ? { kind: 'refused' } : { kind: 'failed', failure: kind, status, retryAfterMs: afterMs },
  };
}

function errorCodeOf(kind: keyof typeof kindRows): ErrorCode {
  return kindRows[kind].code;
}

function failed(code: ErrorCode, failure: Extract<CallOutcome, { kind: 'failed' }>['failure']): Broken {
  return { code, told: { kind: 'failed', failure } };
}

function succeeded({ usage }: Used): CallOutcome {
  return { kind: 'succeeded', outputTokens: answerTokensOf(usage), inputTokens: promptTokensOf(usage) };
}
