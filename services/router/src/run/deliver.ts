import type { AnswerDecoder } from '#ai/answer-decoder.ts';
import { answerTokensOf, promptTokensOf } from '#ai/usage.ts';
import type { PricedCandidate } from '#contracts/quota.ts';
import type { CompletionSummary } from '#contracts/router.ts';
import type { ErrorCode, Refusal } from '#errors/error-table.ts';
import { kindRows, messages, refusals, tooLong } from '../domain/attempt/attempt-failure.ts';
import { errorKindOf } from '../domain/attempt/error-kind.ts';
import { CallFault, type ProviderCall } from '../ports.ts';
import { costOf } from './cost-of.ts';
import { headersTold } from './headers-told.ts';
import type { Reply } from './reach-provider.ts';
import { type Ending, nothingAnswered, recordUsage } from './record-usage.ts';
import type { Run, RunParts } from './run.ts';
import { usedOf } from './used-of.ts';

const goneRefusal: Refusal = { code: 'client_gone', message: 'The client went away in the middle of the answer.' };

/** Passes an answer on as it comes, records its usage, and only then gives the client its end. */
export async function deliver(parts: RunParts, run: Run, candidate: PricedCandidate, reply: Reply): Promise<void> {
  const { first, call, decoder, head } = reply;
  run.firstByteMs = parts.clock() - run.startedAtMs;
  const writer = createWriter(run, candidate, reply);
  if (first) writer.write(first);
  const broken = await passOn(run, call, decoder, writer.write);
  const used = await usedOf(run, decoder, reply.spoken);
  noteEnd(parts, run, candidate, broken, answerTokensOf(used.usage));
  const ending: Ending = {
    outcome: outcomeOf(run, broken),
    candidate,
    spoken: reply.spoken,
    ...used,
    sample: sampleOf(run, decoder),
  };
  // The client has nothing of a withheld answer, and pays nothing.
  const late: Ending = { outcome: 'OUTCOME_FAILED', ...nothingAnswered, withheld: used };
  const refusal = (await recordUsage(parts, run, ending, writer.hasWritten() ? ending : late)) ?? broken;
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
  call: ProviderCall,
  decoder: AnswerDecoder,
  write: (data: Buffer) => void,
): Promise<Refusal | null> {
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
      if (data) write(data);
    }
    if (decoder.status() === 'whole') return null;
    call.abort();
    return refusalAtEnd(decoder);
  } catch (thrown) {
    call.abort();
    if (decoder.status() === 'too-long') return tooLong;
    if (thrown instanceof CallFault) {
      if (run.stopped === 'drained') return goneRefusal;
      return refusalOf(thrown.reason === 'timeout' || run.stopped === 'timeout' ? 'upstream_timeout' : 'upstream_cut');
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

/** A break in the middle is the attempt's error and the provider's failure, unless this side ended it. */
function noteEnd(
  parts: RunParts,
  run: Run,
  candidate: PricedCandidate,
  broken: Refusal | null,
  outputTokens: number,
): void {
  const ours: readonly ErrorCode[] = ['client_gone', 'internal_error'];
  if (!broken) {
    run.watch?.end({ kind: 'succeeded', outputTokens });
    return;
  }
  // A client that asks for too much says nothing about the provider's health.
  const isOurs =
    ours.includes(broken.code) || refusals.has(broken.code) || broken === tooLong || run.stopped === 'closing';
  const failure = broken.code === 'upstream_timeout' ? 'timeout' : 'cut';
  run.watch?.end(isOurs ? { kind: 'abandoned' } : { kind: 'failed', failure });
  const last = run.attempts.pop();
  if (last) run.attempts.push({ ...last, error: broken.code });
  const { requestId } = run.request;
  const { provider, model } = candidate;
  parts.logger.warn({ requestId, provider, model, code: broken.code }, 'an answer broke off');
}

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
