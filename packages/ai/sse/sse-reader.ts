import { createEventCutter } from './event-cutter.ts';
import { findEventEnds } from './event-ends.ts';
import { readSseEvent } from './read-sse-event.ts';
import type { SseEvent } from './sse-event.ts';

/** Reads the events of a stream out of its bytes, however they are cut. Events without data are passed over. */
export interface SseReader {
  push(bytes: Buffer): readonly SseEvent[];
  /** The bytes have ended cleanly: a last event needs no blank line. null: there is none. */
  end(): SseEvent | null;
  /** The current event is longer than any event may be: nothing more can be read. */
  readonly isTooLong: () => boolean;
  /** The bytes of the event that has no end yet. */
  rest(): Buffer;
}

const none: readonly SseEvent[] = [];

export function createSseReader(): SseReader {
  const cutter = createEventCutter();
  return {
    push(piece) {
      const bytes = cutter.add(piece);
      if (bytes === null) return none;
      const findEnd = findEventEnds(bytes.toString('latin1'));
      const events: SseEvent[] = [];
      let at = 0;
      for (let next = findEnd(0); next; next = findEnd(at)) {
        const event = readSseEvent(bytes.subarray(at, next.end));
        if (event !== null) events.push(event);
        at = next.end;
      }
      cutter.keep(bytes.subarray(at));
      return events;
    },
    end: () => readSseEvent(cutter.rest()),
    isTooLong: cutter.isTooLong,
    rest: cutter.rest,
  };
}
