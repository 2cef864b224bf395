import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { StoredEvent, StoredHead } from '#journal/stored-event.ts';
import type { ParsedEvent } from './parse-event.ts';

/** A violation: something in the log that must not be there. */
export interface Violation {
  /** The position at which the violation shows. */
  readonly position: number;
  readonly stream: string;
  readonly expected: string;
  readonly found: string;
}

/** The end of the log that was read. */
export interface LogEnd {
  readonly lastPosition: number;
  /** The head as the gateway states it; undefined for a log from a file. */
  readonly head: StoredHead | undefined;
  /** The moment by which everything due must have happened. */
  readonly nowMs: number;
}

/** A check writes its findings here. */
export interface Tally {
  /** Counts one more checked thing. */
  count(): void;
  violate(violation: Violation): void;
}

/** A running check over one log. It gets the events in order. */
export interface InvariantCheck {
  /** Gets every event as it is stored. */
  readonly onStored?: (event: StoredEvent, parsed: ParsedEvent) => void;
  /** Gets every event whose body conforms to its schema. */
  readonly onEvent?: (event: RecordedEvent) => void;
  readonly onEnd?: (end: LogEnd) => void;
}

/** A rule that holds for every log that the gateway writes. */
export interface Invariant {
  /** I1, I2, …, as in docs and reports. */
  readonly id: string;
  readonly title: string;
  readonly start: (tally: Tally) => InvariantCheck;
}

/** A violation at an event. */
export function violationAt(
  event: { readonly position: number; readonly stream: string },
  expected: string,
  found: string,
): Violation {
  return { position: event.position, stream: event.stream, expected, found };
}
