import { requestEventId } from '#contracts/request-event-id.ts';
import { requestVersion, streams } from '#contracts/streams.ts';
import type { DeadLetterSource } from '#dead-letters/dead-letter-source.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal, NewEvent } from '#journal/journal.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { Hold } from '../domain/account/hold.ts';
import type { HoldDeadlines } from '../memory/hold-deadlines.ts';
import { createUnclosedHolds } from './unclosed-holds.ts';

/** `expired`: its time was over. `orphaned`: nobody runs its request. */
export type CloseReason = 'expired' | 'orphaned';

export interface HoldCloser {
  /** Closes those of the holds that are still open; returns how many it closed. What fails is tried again later. */
  close(requestIds: readonly string[], reason: CloseReason): Promise<number>;
  /** Those that could not be closed though the log was there. */
  readonly deadLetters: DeadLetterSource;
}

/** Closings on their way into the log at a time: a commit's worth, so that admissions never queue behind thousands. */
const CLOSE_BATCH = 256;

/** A log that cannot be written now is given this long before it is asked again. */
const RETRY_AFTER_MS = 5_000;

export function createHoldCloser(dependencies: {
  readonly journal: Pick<Journal, 'append'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly deadlines: Pick<HoldDeadlines, 'add'>;
  readonly holdOf: (requestId: string) => Hold | undefined;
}): HoldCloser {
  const { journal, clock, logger, deadlines, holdOf } = dependencies;
  /** Closings whose append failed: repeated with the same bytes, since the first may have been written all the same. */
  const unsettled = new Map<string, NewEvent<'HoldExpired'>>();
  const unclosed = createUnclosedHolds((requestId) => closeOne(requestId, 'expired'));

  function settle(requestId: string): void {
    unsettled.delete(requestId);
    unclosed.settled(requestId);
  }

  async function closeOne(requestId: string, reason: CloseReason): Promise<boolean> {
    const hold = holdOf(requestId);
    if (hold?.state !== 'open') {
      settle(requestId);
      return false;
    }
    const event = unsettled.get(requestId) ?? holdExpired(hold, reason, clock());
    try {
      const result = await journal.append({
        stream: streams.request(requestId),
        expectedVersion: requestVersion.admitted,
        events: [event],
        correlationId: requestId,
        causationId: requestEventId(requestId, 'request-admitted'),
      });
      settle(requestId);
      // A version conflict: the usage got there first, and the charge will end the hold.
      return result.kind === 'appended';
    } catch (error) {
      if (error instanceof Fault && error.code === 'conflict') {
        // Closed by an earlier run of the gateway, at another moment.
        settle(requestId);
        return false;
      }
      logger.warn({ err: error, requestId }, 'a hold could not be closed; it is tried again');
      unsettled.set(requestId, event);
      unclosed.failed(hold, error, clock());
      deadlines.add(requestId, clock() + RETRY_AFTER_MS);
      return false;
    }
  }

  return {
    deadLetters: unclosed.deadLetters,
    async close(requestIds, reason) {
      let closed = 0;
      for (let from = 0; from < requestIds.length; from += CLOSE_BATCH) {
        const batch = requestIds.slice(from, from + CLOSE_BATCH);
        const results = await Promise.all(batch.map((requestId) => closeOne(requestId, reason)));
        closed += results.filter(Boolean).length;
      }
      if (closed > 0) logger.info({ holds: closed, reason }, 'holds closed');
      return closed;
    },
  };
}

function holdExpired(hold: Hold, reason: CloseReason, nowMs: number): NewEvent<'HoldExpired'> {
  return {
    eventId: requestEventId(hold.requestId, 'hold-expired'),
    type: 'HoldExpired',
    data: {
      requestId: hold.requestId,
      userId: hold.userId,
      holdNanoUsd: String(hold.holdNanoUsd),
      reason,
      expiredAtMs: String(nowMs),
    },
  };
}
