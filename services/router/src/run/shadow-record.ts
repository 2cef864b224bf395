import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { candidateToEvent } from '#contracts/candidate.ts';
import type { EventBodies } from '#contracts/events.ts';
import type { PricedCandidate } from '#contracts/quota.ts';
import { requestEventId } from '#contracts/request-event-id.ts';
import type { CompleteRequest } from '#contracts/router.ts';
import { streams } from '#contracts/streams.ts';
import { faultFrom } from '#errors/fault.ts';
import type { AppendRequest, Journal } from '#journal/journal.ts';
import { usageToEvent } from '#money/quantities.ts';
import { durationMs } from './record-usage.ts';
import type { ShadowResult } from './shadow-call.ts';
import type { AnswerGiven } from './shadow-start.ts';
import { noText, printOf } from './shadow-text.ts';

/** The pauses while the log is away: the first one, then twice as long each time, up to the longest. */
const RETRY_FIRST_MS = 50;
const RETRY_MAX_MS = 1_000;

/** The record of a copy. Nothing of a text is in it but its length and whether both are the same. */
export function shadowAppend(
  request: CompleteRequest,
  target: { readonly candidate: PricedCandidate; readonly account: string },
  answer: AnswerGiven,
  result: ShadowResult,
  nowMs: number,
): AppendRequest {
  const { requestId } = request;
  const text = answer.sample === undefined ? noText : printOf(answer.sample);
  const isComplete = result.outcome === 'OUTCOME_COMPLETED' && answer.outcome === 'OUTCOME_COMPLETED';
  const data: EventBodies['ShadowRecorded'] = {
    requestId,
    routeId: request.plan?.routeId ?? '',
    candidate: candidateToEvent(target.candidate),
    account: target.account,
    outcome: result.outcome,
    status: result.status,
    error: result.error,
    quantities: usageToEvent(result.used.usage),
    serviceTier: result.used.serviceTier,
    estimated: result.used.estimatePolicy !== null,
    firstByteMs: durationMs(result.firstByteMs),
    durationMs: durationMs(result.durationMs),
    answer: {
      provider: answer.candidate?.provider ?? '',
      model: answer.candidate?.model ?? '',
      outcome: answer.outcome,
      quantities: usageToEvent(answer.usage),
      firstByteMs: durationMs(answer.firstByteMs),
      durationMs: durationMs(answer.durationMs),
      textCharacters: text.characters,
    },
    isSameText: isComplete && result.text.digest === text.digest,
    textCharacters: result.text.characters,
    recordedAtMs: String(nowMs),
  };
  return {
    stream: streams.shadow(requestId),
    expectedVersion: 0,
    events: [{ eventId: requestEventId(requestId, 'shadow-recorded'), type: 'ShadowRecorded', data }],
    correlationId: requestId,
    causationId: requestEventId(requestId, 'usage-recorded'),
  };
}

/**
 * Brings a record into the log. While the log is away it is tried again for `maxMs`, and once more when `isClosing` aborts.
 * False: the log does not have it, and the process' own log says so. Never rejects.
 */
export async function recordShadow(
  append: AppendRequest,
  {
    journal,
    logger,
    maxMs,
    isClosing,
  }: {
    readonly journal: Pick<Journal, 'append'>;
    readonly logger: Logger;
    readonly maxMs: number;
    readonly isClosing: AbortSignal;
  },
): Promise<boolean> {
  const lose = (why: object): boolean => {
    logger.error({ requestId: append.correlationId, ...why }, 'a copy of a request never came on record');
    return false;
  };
  const giveUpAtMs = performance.now() + maxMs;
  for (let waitMs = RETRY_FIRST_MS; ; waitMs = Math.min(waitMs * 2, RETRY_MAX_MS)) {
    const isLast = isClosing.aborted || performance.now() + waitMs > giveUpAtMs;
    try {
      const result = await journal.append(append);
      // A second run of the request has its copy on record already.
      return result.kind === 'appended' ? true : lose(result);
    } catch (thrown) {
      const fault = faultFrom(thrown);
      if (isLast || fault.code !== 'unavailable') return lose({ err: fault });
    }
    await pause(waitMs, undefined, { signal: isClosing }).catch(() => undefined);
  }
}
