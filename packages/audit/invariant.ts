import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { StoredEvent, StoredHead } from '#journal/stored-event.ts';
import type { ParsedEvent } from './parse-event.ts';

/** Something in the log that must not be. */
export interface Violation {
  /** Where in the log it shows. */
  readonly position: number;
  readonly stream: string;
  readonly expected: string;
  readonly found: string;
}

/** Where the log that was read ends. */
export interface LogEnd {
  readonly lastPosition: number;
  /** What the gateway says its head is; undefined for a log from a file. */
  readonly head: StoredHead | undefined;
  /** The moment up to which what was due must have happened. */
  readonly nowMs: number;
}

/** Where a check writes down what it does. */
export interface Tally {
  /** One more thing was looked at. */
  count(): void;
  violate(violation: Violation): void;
}

/** A check under way over one log, given its events in order. */
export interface InvariantCheck {
  /** Every event as it is stored. */
  readonly onStored?: (event: StoredEvent, parsed: ParsedEvent) => void;
  /** Every event whose body conforms to its schema. */
  readonly onEvent?: (event: RecordedEvent) => void;
  readonly onEnd?: (end: LogEnd) => void;
}

/** A rule that holds for every log the gateway writes. */
export interface Invariant {
  /** I1, I2, …: as in docs and reports. */
  readonly id: string;
  readonly title: string;
  readonly start: (tally: Tally) => InvariantCheck;
}

/** A violation that shows at an event. */
export function violationAt(
  event: { readonly position: number; readonly stream: string },
  expected: string,
  found: string,
): Violation {
  return { position: event.position, stream: event.stream, expected, found };
}
