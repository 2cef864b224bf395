import type { AnswerDecoder } from '#ai/answer-decoder.ts';
import type { FormatName } from '#ai/format.ts';
import { type AttemptFailure, type BrokenOffCode, failureOfCode } from '../domain/attempt/attempt-failure.ts';
import type { FailureClass } from '../domain/attempt/failure-class.ts';
import { type Cause, type Progress, type Verdict, verdicts } from '../domain/attempt/giving-up.ts';
import { CallFault, type ProviderCall } from '../ports.ts';
import { AnswerTooLong } from './bounded-answer.ts';
import type { CallUnderWay } from './call-under-way.ts';
import type { Run } from './run.ts';
import type { Used } from './used.ts';
import { credibleUsage, usedOf } from './used-of.ts';

/** Why an attempt broke off: the cause in the table, the code for the client, and the class for what comes next. */
export interface BreakOff {
  readonly cause: Cause;
  readonly code: BrokenOffCode;
  readonly failure: FailureClass;
}

const stopCauses = {
  drained: 'client-gone',
  timeout: 'late',
  // A client could end requests at will, and have providers work for nothing.
  'own-timeout': 'client-gone',
  closing: 'closing',
} as const satisfies Record<NonNullable<Run['stopped']>, Cause>;

/** `thrown` ended the reading; null if the bytes came to their end. `status` is 0 if no head came. */
export function causeOf(thrown: unknown, status: number, { isLate }: CallUnderWay, decoder: AnswerDecoder): BreakOff {
  if (thrown instanceof AnswerTooLong) return unreadable;
  if (thrown instanceof CallFault) {
    if (thrown.reason === 'timeout' || isLate) return { cause: 'late', code: 'upstream_timeout', failure: 'timeout' };
    const failure = thrown.reason === 'connection' ? 'connection' : 'cut';
    return { cause: 'cut', code: status === 0 ? 'upstream_error' : 'upstream_cut', failure };
  }
  if (thrown !== null) return { cause: 'defect', code: 'internal_error', failure: 'unknown' };
  if (decoder.status() === 'failed') return { cause: 'cut', code: 'upstream_error', failure: 'server' };
  // The bytes ended, however cleanly, before the answer did. If no answer had begun, they were no answer.
  if (decoder.status() === 'open' && decoder.hasWork()) return { cause: 'cut', code: 'upstream_cut', failure: 'cut' };
  return unreadable;
}

const unreadable: BreakOff = { cause: 'unreadable', code: 'upstream_invalid_response', failure: 'unreadable' };

/** The end of an attempt that gave the client nothing. */
export async function brokenOff(
  run: Run,
  call: ProviderCall,
  decoder: AnswerDecoder,
  { cause, code, failure, status, spoken }: BreakOff & { readonly status: number; readonly spoken: FormatName },
): Promise<{ readonly kind: 'failed'; readonly failure: AttemptFailure; readonly loss: Used | null }> {
  const { retry, payer } = verdicts[cause][progressOf(run, call, decoder)];
  const loss = payer === 'house' ? await usedOf(run, decoder, spoken) : null;
  return { kind: 'failed', failure: failureOfCode(code, failure, status, retry), loss };
}

/** Who pays for the received part when the call was given up for another one, or the run was stopped. */
export function stoppedVerdict(run: Run, { call, isOutrun }: CallUnderWay, decoder: AnswerDecoder): Verdict {
  const cause = isOutrun ? 'outrun' : stopCauses[run.stopped ?? 'drained'];
  return verdicts[cause][progressOf(run, call, decoder)];
}

function progressOf(run: Run, call: ProviderCall, decoder: AnswerDecoder): Progress {
  if (!call.wasSent()) return 'unsent';
  const reported = credibleUsage(run, decoder);
  if (decoder.hasWork() || (reported && decoder.isUsageFinal())) return 'begun';
  return reported ? 'counted' : 'silent';
}
