import { type DeadLetter, failedAgain } from '#dead-letters/dead-letter.ts';
import { type DeadLetterSource, deadLettersInMemory } from '#dead-letters/dead-letter-source.ts';
import { failureOf } from '#dead-letters/failure-of.ts';
import type { Clock } from '#kernel/clock.ts';
import type { RecordedEvent } from './recorded-event.ts';

/** The longest wait for a requested try. An event is tried every half second, unless the database is away. */
const TRY_WAIT_MAX_MS = 10_000;

/**
 * The event that a projection cannot apply, for as long as it cannot. Kept in memory: the next leader meets the same
 * event.
 */
export interface StoppedProjection {
  /** An event failed when it was tried by itself, with the database there. */
  failed(event: RecordedEvent, error: unknown): void;
  /** The projection's tables have everything up to a position. */
  passed(position: number): void;
  /** A try is over, with whatever outcome. `begunAtMs` is by the monotonic clock. */
  tried(begunAtMs: number): void;
  readonly deadLetters: DeadLetterSource;
}

export function createStoppedProjection(projection: string, clock: Clock): StoppedProjection {
  let letter: DeadLetter | undefined;
  /** The waiting callers, each with the earliest start of a try that counts. */
  let waiting: { readonly sinceMs: number; readonly resolve: () => void }[] = [];

  /** Resolves after a try that began after the call, or when the time for it is over. */
  function nextTry(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push({ sinceMs: performance.now(), resolve });
    const timer = setTimeout(resolve, signal.aborted ? 0 : TRY_WAIT_MAX_MS);
    const stop = (): void => resolve();
    signal.addEventListener('abort', stop, { once: true });
    return promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    });
  }

  /** Resolves the callers whose try has begun by then. */
  function release(begunAtMs: number): void {
    const isOver = (each: { readonly sinceMs: number }): boolean => letter === undefined || each.sinceMs <= begunAtMs;
    for (const each of waiting) if (isOver(each)) each.resolve();
    waiting = waiting.filter((each) => !isOver(each));
  }

  return {
    failed(event, error) {
      const [failure, nowMs] = [failureOf(error), clock()];
      if (letter?.position === event.position) {
        letter = failedAgain(letter, failure, nowMs);
        return;
      }
      const { position, eventId, type: eventType, stream } = event;
      const place = { consumer: projection, position, eventId, eventType, stream };
      letter = { ...place, failure, tries: 1, firstTriedAtMs: nowMs, lastTriedAtMs: nowMs };
    },
    passed(position) {
      if (letter === undefined || letter.position > position) return;
      letter = undefined;
      release(performance.now());
    },
    tried: release,
    deadLetters: deadLettersInMemory({
      consumer: projection,
      letters: () => (letter === undefined ? [] : [letter]),
      current: ({ position }) => (letter?.position === position ? letter : undefined),
      tryNow: (_letter, signal) => nextTry(signal),
    }),
  };
}
