import type { PricedCandidate } from '#contracts/quota.ts';
import type { ErrorCode, Refusal } from '#errors/error-table.ts';
import { failureOfCode } from '../domain/attempt/attempt-failure.ts';
import { CallFault, type ProviderCall, type StreamDecoder } from '../ports.ts';
import type { AttemptResult } from './attempt.ts';
import { type Ending, recordUsage } from './record-usage.ts';
import type { Run, RunParts } from './run.ts';
import { summaryOf } from './summary.ts';
import { streamUsageOrEstimate } from './usage-or-estimate.ts';

type Stream = Extract<AttemptResult, { kind: 'stream' }>;

const goneRefusal: Refusal = { code: 'client_gone', message: 'The client went away in the middle of the answer.' };

/** Passes a stream on as it comes, records its usage, and only then gives the client its end. */
export async function deliverStream(
  parts: RunParts,
  run: Run,
  candidate: PricedCandidate,
  stream: Stream,
): Promise<void> {
  const { provider, model } = candidate;
  const { decoder, status } = stream;
  run.firstByteMs = parts.clock() - run.startedAtMs;
  run.channel.push({ kind: 'head', status, contentType: 'text/event-stream; charset=utf-8', provider, model });
  if (stream.first) run.channel.push({ kind: 'data', data: stream.first });
  const broken = await passOn(run, stream.call, decoder);
  noteEnd(parts, run, candidate, broken);

  const used = await streamUsageOrEstimate(run, decoder);
  const ending: Ending = { outcome: outcomeOf(run, broken), candidate, ...used };
  const refusal = (await recordUsage(parts, run, ending)) ?? broken;
  if (refusal) {
    run.channel.push({ kind: 'failure', failure: { ...refusal, providerBody: null, providerStatus: status } });
    return;
  }
  run.channel.push({ kind: 'data', data: decoder.closing() });
  run.channel.push({ kind: 'end', summary: summaryOf(candidate, ending) });
}

/** Reads the stream to its end; returns why it is not whole, or null where it is. */
async function passOn(run: Run, call: ProviderCall, decoder: StreamDecoder): Promise<Refusal | null> {
  try {
    while (decoder.status() === 'open') {
      const room = run.channel.room();
      if (room) await room;
      const bytes = await call.read();
      if (bytes === null) {
        decoder.end();
        break;
      }
      const data = decoder.push(bytes);
      if (data) run.channel.push({ kind: 'data', data });
    }
    if (decoder.status() === 'whole') return null;
    call.abort();
    return refusalOf(decoder.status() === 'failed' ? 'upstream_error' : cutOrInvalid(decoder));
  } catch (thrown) {
    call.abort();
    if (thrown instanceof CallFault) {
      if (run.stopped === 'drained') return goneRefusal;
      return refusalOf(thrown.reason === 'timeout' || run.stopped === 'timeout' ? 'upstream_timeout' : 'upstream_cut');
    }
    // A defect of ours in the middle of an answer: what was streamed is recorded all the same.
    return { code: 'internal_error', message: 'The gateway failed in the middle of the answer.' };
  }
}

function cutOrInvalid(decoder: StreamDecoder): 'upstream_cut' | 'upstream_invalid_response' {
  return decoder.status() === 'invalid' ? 'upstream_invalid_response' : 'upstream_cut';
}

function refusalOf(code: Parameters<typeof failureOfCode>[0]): Refusal {
  const { message } = failureOfCode(code);
  return { code, message };
}

function outcomeOf(run: Run, broken: Refusal | null): Ending['outcome'] {
  if (run.isGone) return 'OUTCOME_CLIENT_GONE';
  return broken ? 'OUTCOME_CUT' : 'OUTCOME_COMPLETED';
}

/** A break in the middle is the attempt's error and the provider's failure, unless it was our side that ended it. */
function noteEnd(parts: RunParts, run: Run, candidate: PricedCandidate, broken: Refusal | null): void {
  const ours: readonly ErrorCode[] = ['client_gone', 'internal_error'];
  if (!broken) {
    parts.health.note(candidate.provider, 'call-succeeded');
    return;
  }
  const isOurs = ours.includes(broken.code) || run.stopped === 'closing';
  parts.health.note(candidate.provider, isOurs ? 'call-abandoned' : 'call-failed');
  const last = run.attempts.pop();
  if (last) run.attempts.push({ ...last, error: broken.code });
  const { requestId } = run.request;
  const { provider, model } = candidate;
  parts.logger.warn({ requestId, provider, model, code: broken.code }, 'a stream broke off');
}
