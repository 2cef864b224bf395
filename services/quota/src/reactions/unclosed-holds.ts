import { requestEventId } from '#contracts/request-event-id.ts';
import { requestIdOf, streams } from '#contracts/streams.ts';
import { type DeadLetter, failedAgain } from '#dead-letters/dead-letter.ts';
import { type DeadLetterSource, deadLettersInMemory } from '#dead-letters/dead-letter-source.ts';
import { failureOf } from '#dead-letters/failure-of.ts';
import { isOutage } from '#dead-letters/is-outage.ts';
import type { Hold } from '../domain/account/hold.ts';

/** The reaction's name among the consumers of the log. */
const CONSUMER = 'quota.hold-closing';

/**
 * Holds that could not be closed though the log was there. In memory: the next leader finds each open hold whose time is
 * over in the books and closes it, so that only the count of its tries begins anew.
 */
export interface UnclosedHolds {
  failed(hold: Hold, error: unknown, nowMs: number): void;
  settled(requestId: string): void;
  readonly deadLetters: DeadLetterSource;
}

/** `closeNow` never rejects; what fails it tells by `failed`. */
export function createUnclosedHolds(closeNow: (requestId: string) => Promise<unknown>): UnclosedHolds {
  const letters = new Map<string, DeadLetter>();

  function failed(hold: Hold, error: unknown, nowMs: number): void {
    if (isOutage(error)) return;
    const { requestId, position } = hold;
    const before = letters.get(requestId);
    const failure = failureOf(error);
    const event = { position, eventId: requestEventId(requestId, 'request-admitted'), eventType: 'RequestAdmitted' };
    const first = { consumer: CONSUMER, ...event, stream: streams.request(requestId), failure };
    letters.set(
      requestId,
      before === undefined
        ? { ...first, tries: 1, firstTriedAtMs: nowMs, lastTriedAtMs: nowMs }
        : failedAgain(before, failure, nowMs),
    );
  }

  return {
    failed,
    settled: (requestId) => void letters.delete(requestId),
    deadLetters: deadLettersInMemory({
      consumer: CONSUMER,
      letters: () => [...letters.values()].sort((a, b) => a.position - b.position),
      current: ({ stream }) => letters.get(requestIdOf(stream) ?? ''),
      tryNow: async ({ stream }) => void (await closeNow(requestIdOf(stream) ?? '')),
    }),
  };
}
