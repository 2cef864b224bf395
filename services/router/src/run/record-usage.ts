import { setTimeout as pause } from 'node:timers/promises';
import type { TextSample } from '#ai/answer-decoder.ts';
import type { FormatName } from '#ai/format.ts';
import { answerTokensOf } from '#ai/usage.ts';
import type { ModelCandidate } from '#contracts/quota.ts';
import { requestEventId } from '#contracts/request-event-id.ts';
import { requestVersion, streams } from '#contracts/streams.ts';
import type { Refusal } from '#errors/error-table.ts';
import { faultFrom } from '#errors/fault.ts';
import type { AppendRequest, AppendResult, Journal } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { usageFromEvent, usageToEvent } from '#money/quantities.ts';
import type { Run, RunParts } from './run.ts';
import type { AnswerGiven } from './shadow-start.ts';
import type { Outcome, UsageBody } from './usage-body.ts';
import { nothingUsed, type Used } from './used.ts';

/** The end of a request, and its usage. */
export interface Ending extends Used {
  readonly outcome: Outcome;
  /** The candidate that answered; null if none did. */
  readonly candidate: ModelCandidate | null;
  /** The format that the provider was spoken to in; null: none was. */
  readonly spoken: FormatName | null;
  /** The answer's text, where it is to be compared with a shadow's. */
  readonly sample?: TextSample | undefined;
  /** What an attempt used whose answer is withheld: the house pays it. */
  readonly withheld?: { readonly attempt: number; readonly used: Used };
}

/** The pause before the first repetition of a failed append. It doubles up to the longest. */
const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 1_000;
/**
 * The pause before the first check whether an admission is in the log that is written while its request runs already
 * (`durability: overlapped`). Its append left before the request did, but by another way.
 */
const ADMISSION_WAIT_FIRST_MS = 5;
/**
 * The longest pause between two checks. An admission that waits for a takeover of the log must not be awaited for much
 * longer than the takeover.
 */
const ADMISSION_WAIT_MAX_MS = 100;
/** The client left, and the setting abandoned_answers is stop: the provider was not heard for its usage. */
const CALLED_OFF = 'abandoned:stopped';
/** The log keeps durations as uint32. */
const DURATION_MAX_MS = 2 ** 32 - 1;

/** The ending of a request that gave its client nothing. */
export const nothingAnswered = { ...nothingUsed, candidate: null, spoken: null } as const;

/**
 * Makes the usage durable. Returns null when it is, or when the usage of an earlier run is in its place. Returns a
 * refusal if the log could not be written within the bound, or if the request's hold has ended: the answer must not be
 * completed. `lateEnding` is recorded once the log is back, since the client got no more than that. Never throws.
 */
export async function recordUsage(
  parts: RunParts,
  run: Run,
  ending: Ending,
  lateEnding: Ending = ending,
): Promise<Refusal | null> {
  // What a call has cost that was given up for another one is on record with the rest.
  if (run.outrun.length > 0) await Promise.all(run.outrun);
  const append = appendOf(run, ending, parts.clock());
  const giveUpAtMs = performance.now() + parts.limits.recordMaxMs;
  // Logged with each failure: the house pays for it, and it may be on record nowhere else.
  const lost = { requestId: run.request.requestId, usage: ending.usage };
  for (let waitMs = RETRY_FIRST_MS; ; waitMs = Math.min(waitMs * 2, RETRY_MAX_MS)) {
    try {
      const result = await appendOnceAdmitted(parts.journal, append, giveUpAtMs);
      if (result.kind === 'appended') {
        parts.shadows.begin(run.request, answerGiven(run, ending, parts.clock()));
        return null;
      }
      parts.logger.error({ ...lost, ...result }, 'the hold ended before the usage came');
      lose(parts, ending);
      return { code: 'unavailable', message: 'The request took longer than its admission holds. Send it again.' };
    } catch (thrown) {
      const fault = faultFrom(thrown);
      if (fault.code === 'conflict' && (await isAnswerOnRecord(parts.journal, run))) {
        // The client pays for the answer of the earlier run, and gets this one.
        parts.logger.warn(lost, 'an answer of a second run is not charged: that of the first is');
        lose(parts, ending);
        return null;
      }
      parts.logger.error({ ...lost, err: fault }, 'the usage could not be recorded');
      // Waiting does not mend other codes than `unavailable`.
      if (fault.code !== 'unavailable' || performance.now() + waitMs > giveUpAtMs) {
        const isLate = fault.code === 'unavailable';
        if (isLate) parts.late.add(ending === lateEnding ? append : appendOf(run, lateEnding, parts.clock()));
        if (!isLate || ending !== lateEnding) lose(parts, ending);
        return { code: 'unavailable', message: 'The gateway could not record the usage. Send the request again.' };
      }
      // The same ids and bytes: if the failed append was written all the same, this one finds it.
      await pause(waitMs);
    }
  }
}

function answerGiven({ startedAtMs, firstByteMs }: Run, ending: Ending, nowMs: number): AnswerGiven {
  const { outcome, candidate, usage, sample } = ending;
  return { outcome, candidate, usage, sample, firstByteMs, durationMs: nowMs - startedAtMs };
}

function lose({ losses }: RunParts, { candidate, usage }: Ending): void {
  losses.add(candidate?.provider ?? '', usage);
}

/**
 * Whether the log has an answer of an earlier run of the request. Nothing of that answer reached the client, because
 * its router, or the way to it, was lost. The client pays for that answer and gets this one.
 */
async function isAnswerOnRecord(journal: Pick<Journal, 'readStream'>, { request }: Run): Promise<boolean> {
  const [, ended] = await journal.readStream(streams.request(request.requestId)).catch((): RecordedEvent[] => []);
  if (ended?.type !== 'UsageRecorded') return false;
  const { estimated, quantities } = ended.data;
  return !estimated && answerTokensOf(usageFromEvent(quantities)) > 0;
}

/** Waits for the request's admission if the log does not have it yet. */
async function appendOnceAdmitted(
  journal: Pick<Journal, 'append'>,
  append: AppendRequest,
  giveUpAtMs: number,
): Promise<AppendResult> {
  for (let waitMs = ADMISSION_WAIT_FIRST_MS; ; waitMs = Math.min(waitMs * 2, ADMISSION_WAIT_MAX_MS)) {
    const result = await journal.append(append);
    const isAwaited = result.kind === 'version-conflict' && result.actualVersion < requestVersion.admitted;
    if (!isAwaited || performance.now() + waitMs > giveUpAtMs) return result;
    await pause(waitMs);
  }
}

function appendOf(run: Run, ending: Ending, nowMs: number): AppendRequest {
  const { request } = run;
  const data: UsageBody = {
    requestId: request.requestId,
    userId: request.userId,
    outcome: ending.outcome,
    provider: ending.candidate?.provider ?? '',
    model: ending.candidate?.model ?? '',
    estimated: ending.estimatePolicy !== null,
    estimatePolicy: ending.estimatePolicy ?? '',
    attempts: [...run.attempts],
    houseLosses: houseLossesOf(run, ending),
    firstByteMs: durationMs(run.firstByteMs),
    durationMs: durationMs(nowMs - run.startedAtMs),
    recordedAtMs: String(nowMs),
    quantities: usageToEvent(ending.usage),
    serviceTier: ending.serviceTier,
    usageFlags: flagsOf(run, ending),
    reportedUsage: ending.reported,
    format: ending.spoken ?? '',
  };
  return {
    stream: streams.request(request.requestId),
    expectedVersion: requestVersion.admitted,
    events: [{ eventId: requestEventId(request.requestId, 'usage-recorded'), type: 'UsageRecorded', data }],
    correlationId: request.requestId,
    causationId: request.admissionEventId,
    traceparent: request.traceparent,
  };
}

/** That an answer was called off by policy is what an auditor wants to know of its estimate. */
function flagsOf({ isCalledOff }: Run, { flags, estimatePolicy }: Ending): string[] {
  return isCalledOff && estimatePolicy !== null ? [...flags, CALLED_OFF] : [...flags];
}

/** What the house pays for failed attempts, and for a withheld answer. */
function houseLossesOf(run: Run, { withheld }: Ending): UsageBody['houseLosses'] {
  if (!withheld) return [...run.houseLosses];
  return [...run.houseLosses, houseLoss(withheld.attempt, withheld.used)];
}

export function houseLoss(
  attempt: number,
  { usage, estimatePolicy, serviceTier }: Used,
): UsageBody['houseLosses'][number] {
  return { attempt, estimated: estimatePolicy !== null, quantities: usageToEvent(usage), serviceTier };
}

/** A clock may be set back, but a duration is whole and never negative. */
export function durationMs(milliseconds: number): number {
  return Math.min(Math.max(0, Math.round(milliseconds)), DURATION_MAX_MS);
}
