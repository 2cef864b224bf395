import { setTimeout as pause } from 'node:timers/promises';
import type { ModelCandidate } from '#contracts/quota.ts';
import { requestEventId } from '#contracts/request-event-id.ts';
import { requestVersion, streams } from '#contracts/streams.ts';
import type { Refusal } from '#errors/error-table.ts';
import { faultFrom } from '#errors/fault.ts';
import type { AppendRequest, AppendResult, Journal } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { completionTokensOf, noUsage, type TokenUsage } from '#money/token-usage.ts';
import type { EstimatePolicy } from '../estimate/count-tokens.ts';
import type { Run, RunParts } from './run.ts';
import type { Outcome, UsageBody } from './usage-body.ts';

/** How a request ended, and what it used. */
export interface Ending {
  readonly outcome: Outcome;
  /** Who answered; null where nobody did. */
  readonly candidate: ModelCandidate | null;
  readonly usage: TokenUsage;
  /** Null where the provider itself said what was used. */
  readonly estimatePolicy: EstimatePolicy | null;
  /** What the last attempt used for an answer that is withheld: the house pays it. */
  readonly withheld?: Pick<Ending, 'usage' | 'estimatePolicy'>;
}

/** Before the first repetition of an append that failed; doubled from there to the most. */
const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 1_000;
/**
 * Before the first look whether an admission has come that is written while its request runs already
 * (`durability: overlapped`): its append left before the request did, but by another way.
 */
const ADMISSION_WAIT_FIRST_MS = 5;
/**
 * Between two looks: an admission that waits for a takeover of the log is not to be waited for much longer than it
 * takes.
 */
const ADMISSION_WAIT_MAX_MS = 100;
/** The log keeps durations as uint32. */
const DURATION_MAX_MS = 2 ** 32 - 1;

/** The ending of a request that gave its client nothing. */
export const nothingUsed = { candidate: null, usage: noUsage, estimatePolicy: null } as const;

/**
 * Makes the usage durable; returns null when it is, or when that of an earlier run is in its place. A refusal: the log
 * could not be written within the bound, or the request's hold has ended, and the answer must not be completed.
 * `lateEnding`: what is brought to the log once it is back, since the client was given no more than that. Never throws.
 */
export async function recordUsage(
  parts: RunParts,
  run: Run,
  ending: Ending,
  lateEnding: Ending = ending,
): Promise<Refusal | null> {
  const append = appendOf(run, ending, parts.clock());
  const giveUpAtMs = performance.now() + parts.limits.recordMaxMs;
  // Told with each failure: what comes of it is the house's, and may be on record nowhere else.
  const lost = { requestId: run.request.requestId, usage: ending.usage };
  for (let waitMs = RETRY_FIRST_MS; ; waitMs = Math.min(waitMs * 2, RETRY_MAX_MS)) {
    try {
      const result = await appendOnceAdmitted(parts.journal, append, giveUpAtMs);
      if (result.kind === 'appended') return null;
      parts.logger.error({ ...lost, ...result }, 'the hold ended before the usage came');
      lose(parts, ending);
      return { code: 'unavailable', message: 'The request took longer than its admission holds. Send it again.' };
    } catch (thrown) {
      const fault = faultFrom(thrown);
      if (fault.code === 'conflict' && (await isAnswerOnRecord(parts.journal, run))) {
        // The client pays for the answer of the earlier run, and is given this one.
        parts.logger.warn(lost, 'an answer of a second run is not charged: that of the first is');
        lose(parts, ending);
        return null;
      }
      parts.logger.error({ ...lost, err: fault }, 'the usage could not be recorded');
      // Other codes than `unavailable` do not pass by waiting.
      if (fault.code !== 'unavailable' || performance.now() + waitMs > giveUpAtMs) {
        const isLate = fault.code === 'unavailable';
        if (isLate) parts.late.add(ending === lateEnding ? append : appendOf(run, lateEnding, parts.clock()));
        if (!isLate || ending !== lateEnding) lose(parts, ending);
        return { code: 'unavailable', message: 'The gateway could not record the usage. Send the request again.' };
      }
      // The same ids and bytes: had the failed append been written all the same, this one finds it.
      await pause(waitMs);
    }
  }
}

function lose({ losses }: RunParts, { candidate, usage }: Ending): void {
  losses.add(candidate?.provider ?? '', usage);
}

/**
 * Whether an earlier run of the request has an answer on record, of which nothing has reached the client: the router of
 * that run, or the way to it, was lost. The client pays for that answer and is given this one.
 */
async function isAnswerOnRecord(journal: Pick<Journal, 'readStream'>, { request }: Run): Promise<boolean> {
  const [, ended] = await journal.readStream(streams.request(request.requestId)).catch((): RecordedEvent[] => []);
  if (ended?.type !== 'UsageRecorded') return false;
  const { estimated, usage } = ended.data;
  return !estimated && completionTokensOf(usage) > 0;
}

/** Waits for the request's admission where that is not in the log yet. */
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
    usage: { ...ending.usage },
    estimated: ending.estimatePolicy !== null,
    estimatePolicy: ending.estimatePolicy ?? '',
    attempts: [...run.attempts],
    houseLosses: houseLossesOf(run, ending),
    firstByteMs: durationMs(run.firstByteMs),
    durationMs: durationMs(nowMs - run.startedAtMs),
    recordedAtMs: String(nowMs),
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

/** What the house pays for attempts that failed, and for an answer that is withheld. */
function houseLossesOf(run: Run, { withheld }: Ending): UsageBody['houseLosses'] {
  if (!withheld) return [...run.houseLosses];
  return [...run.houseLosses, houseLoss(run.attempts.length - 1, withheld)];
}

export function houseLoss(
  attempt: number,
  { usage, estimatePolicy }: Pick<Ending, 'usage' | 'estimatePolicy'>,
): UsageBody['houseLosses'][number] {
  return { attempt, usage: { ...usage }, estimated: estimatePolicy !== null };
}

/** A clock may be set back; a duration is whole and never negative. */
export function durationMs(milliseconds: number): number {
  return Math.min(Math.max(0, Math.round(milliseconds)), DURATION_MAX_MS);
}
