import type { AnswerDecoder } from '#ai/answer-decoder.ts';
import { answerTokensOf, promptTokensOf } from '#ai/usage.ts';
import type { PricedCandidate } from '#contracts/quota.ts';
import type { CompletionSummary } from '#contracts/router.ts';
import type { ErrorCode, Refusal } from '#errors/error-table.ts';
import type { Clock } from '#kernel/clock.ts';
import { kindRows, messages, refusalCodes, tooLong } from '../domain/attempt/attempt-failure.ts';
import { errorKindOf } from '../domain/attempt/error-kind.ts';
import type { FailureClass } from '../domain/attempt/failure-class.ts';
import { CallFault } from '../ports.ts';
import { AnswerTooLong } from './bounded-answer.ts';
import type { CallUnderWay } from './call-under-way.ts';
import { costOf } from './cost-of.ts';
import { headersTold } from './headers-told.ts';
import { durationMs, type Ending, nothingAnswered, recordUsage } from './record-usage.ts';
import type { Run, RunParts } from './run.ts';
import { endCall, noteFirstByte } from './start-call.ts';
import type { Reply } from './trial.ts';
import type { Used } from './used.ts';
import { usedOf } from './used-of.ts';

const goneRefusal: Refusal = { code: 'client_gone', message: 'The client went away in the middle of the answer.' };

/** Passes an answer on as it comes, records its usage, and only then gives the client its end. */
export async function deliver(parts: RunParts, run: Run, candidate: PricedCandidate, reply: Reply): Promise<void> {
  const { first, underWay, decoder, head } = reply;
  run.firstByteMs = parts.clock() - run.startedAtMs;
  const writer = createWriter(run, candidate, reply);
  if (first) writer.write(first);
  const broken = await passOn(run, underWay, decoder, writer.write, parts.clock);
  const used = await usedOf(run, decoder, reply.spoken);
  noteEnd(parts, run, underWay, broken, used);
  const sample = sampleOf(run, decoder);
  const ending: Ending = { outcome: outcomeOf(run, broken), candidate, spoken: reply.spoken, ...used, sample };
  // The client has nothing of a withheld answer, and pays nothing.
  const late: Ending = { outcome: 'OUTCOME_FAILED', ...nothingAnswered, withheld: { used, attempt: underWay.attempt } };
  const paid = isForgiven(run, broken, writer.hasWritten()) ? late : ending;
  const refusal = (await recordUsage(parts, run, paid, writer.hasWritten() ? paid : late)) ?? broken;
  if (refusal) {
    run.channel.push({ kind: 'failure', failure: { ...refusal, providerBody: null, providerStatus: head.status } });
    return;
  }
  const costNanoUsd = await costOf(parts, run, candidate, used);
  const { tellsCost } = run.request;
  const { usage, serviceTier } = used;
  const closing = decoder.closing({ usage, serviceTier, costNanoUsd: tellsCost ? costNanoUsd : undefined });
  writer.write(closing, costNanoUsd);
  run.channel.push({ kind: 'end', summary: { ...summaryOf(candidate, ending), costNanoUsd } });
}

/** Writes the head before the first bytes, so that an earlier failure is an error with a status of its own. */
function createWriter(run: Run, { provider, model }: PricedCandidate, { head, dropped }: Reply) {
  const { request, channel, attempts } = run;
  const contentType = request.stream ? 'text/event-stream; charset=utf-8' : 'application/json';
  let hasWritten = false;
  return {
    /** `costNanoUsd`: where the first bytes are all of the answer, its cost is known by then. */
    write(data: Buffer, costNanoUsd?: bigint): void {
      if (!hasWritten) {
        const told = {
          status: head.status,
          headers: headersTold(head),
          attempts: attempts.length,
          dropped,
          costNanoUsd,
        };
        channel.push({ kind: 'head', contentType, provider, model, ...told });
      }
      hasWritten = true;
      channel.push({ kind: 'data', data });
    },
    hasWritten: () => hasWritten,
  };
}

/** Reads the answer to its end. Returns why it is not whole, or null if it is. */
async function passOn(
  run: Run,
  underWay: CallUnderWay,
  decoder: AnswerDecoder,
  write: (data: Buffer) => void,
  clock: Clock,
): Promise<Refusal | null> {
  const { call } = underWay;
  try {
    while (!decoder.isOver()) {
      const room = run.channel.room();
      if (room) await room;
      const bytes = await call.read();
      if (bytes === null) {
        decoder.end();
        break;
      }
      const data = decoder.push(bytes);
      if (underWay.firstByteMs === 0 && decoder.hasWork()) noteFirstByte(underWay, clock());
      if (data) write(data);
    }
    if (decoder.status() === 'whole') return null;
    call.abort();
    return refusalAtEnd(decoder);
  } catch (thrown) {
    call.abort();
    if (decoder.status() === 'too-long' || thrown instanceof AnswerTooLong) return tooLong;
    if (thrown instanceof CallFault) {
      if (run.stopped === 'drained') return goneRefusal;
      const isTimeout = thrown.reason === 'timeout' || isOutOfTime(run) || underWay.isLate;
      return refusalOf(isTimeout ? 'upstream_timeout' : 'upstream_cut');
    }
    // A defect of the gateway in the middle of an answer. The usage of the passed on part is recorded all the same.
    return refusalOf('internal_error');
  }
}

function refusalAtEnd(decoder: AnswerDecoder): Refusal {
  if (decoder.status() === 'too-long') return tooLong;
  if (decoder.status() === 'failed') return refusalOf(codeSaid(decoder));
  return refusalOf(decoder.status() === 'invalid' ? 'upstream_invalid_response' : 'upstream_cut');
}

/** What a provider says of its failure in the middle of an answer. */
function codeSaid(decoder: AnswerDecoder): keyof typeof messages {
  const said = decoder.failure();
  const kind = said === null ? 'unknown' : errorKindOf(said, 200);
  return kind === 'unknown' ? 'upstream_error' : kindRows[kind].code;
}

function refusalOf(code: keyof typeof messages): Refusal {
  return { code, message: messages[code] };
}

function outcomeOf(run: Run, broken: Refusal | null): Ending['outcome'] {
  if (run.isGone) return 'OUTCOME_CLIENT_GONE';
  return broken ? 'OUTCOME_CUT' : 'OUTCOME_COMPLETED';
}

/** An answer broke off by no will of its client, which asks for it again and pays for it then. */
function isForgiven(run: Run, broken: Refusal | null, hasBegun: boolean): boolean {
  if (run.request.paysOnlyWhole !== true) return false;
  // However much of it came here: nobody passes it on. What had not begun when its way was lost is asked of another router.
  if (run.cutBy === 'stop' || (run.cutBy === 'loss' && hasBegun)) return true;
  if (broken === null || run.isGone) return false;
  return broken !== tooLong && run.stopped !== 'own-timeout' && !comesAgain.has(broken.code);
}

/** The same would come of another try. */
const comesAgain: ReadonlySet<ErrorCode> = new Set(['client_gone', ...refusalCodes]);

/** A break in the middle is the attempt's error and the provider's failure, unless this side ended it. */
function noteEnd(parts: RunParts, run: Run, underWay: CallUnderWay, broken: Refusal | null, { usage }: Used): void {
  const { deployment, attempt, firstByteMs } = underWay;
  const noted = run.attempts[attempt];
  if (noted && firstByteMs > 0) noted.firstByteMs = durationMs(firstByteMs);
  if (!broken) {
    endCall(run, underWay, {
      kind: 'succeeded',
      outputTokens: answerTokensOf(usage),
      inputTokens: promptTokensOf(usage),
    });
    return;
  }
  const failure = classes[broken.code] ?? 'server';
  endCall(run, underWay, isOurs(run, broken) ? { kind: 'abandoned' } : { kind: 'failed', failure });
  if (noted) Object.assign(noted, { error: broken.code, failure });
  const { requestId } = run.request;
  const { provider, model } = deployment;
  parts.logger.warn({ requestId, provider, model, code: broken.code }, 'an answer broke off');
}

const ours: ReadonlySet<ErrorCode> = new Set(['client_gone', 'internal_error', ...refusalCodes]);

function isOutOfTime({ stopped }: Run): boolean {
  return stopped === 'timeout' || stopped === 'own-timeout';
}

/** A client that leaves, is in a hurry or asks for too much says nothing about the provider's health. */
function isOurs(run: Run, broken: Refusal): boolean {
  return ours.has(broken.code) || broken === tooLong || run.stopped === 'closing' || run.stopped === 'own-timeout';
}

const classes: Readonly<Partial<Record<ErrorCode, FailureClass>>> = {
  upstream_timeout: 'timeout',
  upstream_invalid_response: 'unreadable',
  upstream_cut: 'cut',
  upstream_rate_limited: 'rate',
  upstream_unauthorized: 'key',
};

/** The text, where a copy's is compared with it. */
function sampleOf({ request }: Run, decoder: AnswerDecoder): Ending['sample'] {
  return request.plan?.shadow === undefined ? undefined : decoder.sample();
}

/** An ending in total counts, for logs and metrics. */
function summaryOf(candidate: PricedCandidate, ending: Ending): CompletionSummary {
  return {
    provider: candidate.provider,
    model: candidate.model,
    inputTokens: promptTokensOf(ending.usage),
    outputTokens: answerTokensOf(ending.usage),
    estimated: ending.estimatePolicy !== null,
  };
}
