import {
  type Breaker,
  type BreakerEvent,
  closedFromTheStart,
  evolveBreaker,
  isOpenFor,
  type Opening,
} from '../domain/breaker/breaker.ts';
import type { Lesson } from './failure-lessons.ts';

/** What is told when a breaker opens. */
export type OnOpened = (opening: Opening, restMs: number) => void;

/** One breaker, and the calls that run through it. */
export interface Circuit {
  readonly breaker: () => Breaker;
  isKeptAway(nowMs: number): boolean;
  /** A call begins. Gives what it teaches at its end. */
  begin(nowMs: number): (lesson: Lesson, failure: string, endedAtMs: number) => void;
}

export function createCircuit(onOpened: OnOpened): Circuit {
  let breaker = closedFromTheStart;

  function note(event: BreakerEvent): void {
    const before = breaker;
    breaker = evolveBreaker(before, event);
    if (breaker.status === 'open' && breaker !== before && event.kind !== 'probe-abandoned') {
      onOpened(breaker.opening, breaker.untilMs - event.nowMs);
    }
  }

  function end(lesson: Lesson, failure: string, startedAtMs: number, nowMs: number): void {
    if (lesson === 'works') note({ kind: 'call-succeeded', nowMs, startedAtMs });
    if (lesson === 'failed') note({ kind: 'call-failed', nowMs, startedAtMs, failure });
    if (lesson === 'outrun') note({ kind: 'call-outrun', nowMs, startedAtMs, failure });
    if (lesson === 'at-once') note({ kind: 'opened-at-once', nowMs, startedAtMs, failure });
  }

  return {
    breaker: () => breaker,
    isKeptAway: (nowMs) => breaker.status !== 'closed' && isOpenFor(breaker, nowMs),
    begin(startedAtMs) {
      const before = breaker;
      note({ kind: 'call-started', nowMs: startedAtMs });
      const probed = breaker !== before ? breaker : null;
      return (lesson, failure, nowMs) => {
        end(lesson, failure, startedAtMs, nowMs);
        // Nothing was learned by the call that was let through: the next one may be.
        if (probed !== null && breaker === probed) note({ kind: 'probe-abandoned', nowMs });
      };
    },
  };
}
