import type { RecordedEvent } from '#journal/recorded-event.ts';

/** The header of a message of events that says what is in it. */
export const SUMMARY_HEADER = 'Gateway-Events';

/** A header of a few hundred bytes at most. A message with more types than this has none, and is read. */
const TYPES_MAX = 8;

const SUMMARY = /^(\d{1,15}) (\d{1,15}) ([A-Za-z,]+)$/;

/** What a message has, so that a process which wants none of it need not read it: two thirds of the cost of a request's events. */
export interface MessageSummary {
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly types: readonly string[];
}

/** The header's text; undefined: the message is to be read. */
export function summaryText(events: readonly Pick<RecordedEvent, 'type' | 'position'>[]): string | undefined {
  const types = new Set(events.map(({ type }) => type));
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined || types.size > TYPES_MAX) return undefined;
  return `${first.position} ${last.position} ${[...types].join(',')}`;
}

/** Undefined for an empty text and for whatever is no such header: the message is to be read. */
export function readSummary(text: string): MessageSummary | undefined {
  const [, first, last, types] = SUMMARY.exec(text) ?? [];
  if (types === undefined) return undefined;
  const [firstPosition, lastPosition] = [Number(first), Number(last)];
  return firstPosition > lastPosition ? undefined : { firstPosition, lastPosition, types: types.split(',') };
}
