import { findEventEnds } from '#ai/sse/event-ends.ts';
import { readSseEvent } from '#ai/sse/read-sse-event.ts';
import { parseObject } from '#kernel/json.ts';

/** The events that carry a whole response. One of them stands at the end of each stream. */
const names: ReadonlySet<unknown> = new Set(['response.completed', 'response.incomplete']);

/** Whether bytes of a stream have the event with the whole response. */
export type LastEvent =
  | { readonly kind: 'none' }
  /** An event that may be it has no end yet. */
  | { readonly kind: 'begun' }
  /** `start`: where it begins. `data`: what it says. */
  | { readonly kind: 'there'; readonly start: number; readonly data: string };

/** An event says within so many bytes what it is, or at its very end. */
const NAMED_WITHIN_BYTES = 64;
const LF = 0x0a;
const CR = 0x0d;

const none: LastEvent = { kind: 'none' };

/**
 * Looks for the event with the whole response in bytes that begin with an event. What a model says of such events is no such
 * event: only its own name or type counts.
 */
export function findLastEvent(bytes: Buffer): LastEvent {
  if (!mayHave(bytes) && isBlankLine(bytes.at(-1)) && isBlankLine(bytes.at(-2))) return none;
  const findEnd = findEventEnds(bytes.toString('latin1'));
  let at = 0;
  for (let next = findEnd(0); next; next = findEnd(at)) {
    const data = dataOfLast(bytes.subarray(at, next.end));
    if (data !== null) return { kind: 'there', start: at, data };
    at = next.end;
  }
  const rest = bytes.subarray(at);
  return rest.length > 0 && (rest.length < NAMED_WITHIN_BYTES || mayHave(rest)) ? { kind: 'begun' } : none;
}

function isBlankLine(byte: number | undefined): boolean {
  return byte === LF || byte === CR;
}

function mayHave(bytes: Buffer): boolean {
  for (const name of names) if (bytes.includes(String(name))) return true;
  return false;
}

function dataOfLast(bytes: Buffer): string | null {
  if (!mayHave(bytes)) return null;
  const event = readSseEvent(bytes);
  if (event === null) return null;
  return names.has(event.name) || names.has(parseObject(event.data)?.['type']) ? event.data : null;
}
