import type { RecordedEvent } from '#journal/recorded-event.ts';

/**
 * What the log says of a request. `absent`: nothing. `open`: it is admitted and has no end yet. `free`: it has ended and
 * cost nothing, or was withdrawn. `used`: it has used something, which is charged.
 */
export type RequestFate = 'absent' | 'open' | 'free' | 'used';

/** A request's fate by the events of its stream. Whatever is `free` or `used` stays so: a stream has one second event. */
export function requestFate(events: readonly RecordedEvent[]): RequestFate {
  const [first, second] = events;
  if (first === undefined) return 'absent';
  if (second === undefined) return first.type === 'RequestAdmitted' ? 'open' : 'free';
  return second.type === 'UsageRecorded' && second.data.quantities.some(({ quantity }) => quantity > 0)
    ? 'used'
    : 'free';
}
