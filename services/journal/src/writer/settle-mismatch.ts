import { Fault } from '#errors/fault.ts';
import type { AppendResult } from '#journal/journal.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import type { PendingAppend } from './pending-append.ts';

/**
 * What an append is told that did not fit: it was written before (same ids, same bytes), its ids are taken by something
 * else (a `conflict` fault, which somebody must look into), or the stream has moved on.
 */
export function settleMismatch(
  append: PendingAppend,
  existing: ReadonlyMap<string, StoredEvent>,
  actualVersion: number,
): AppendResult | Fault {
  let lastPosition = 0;
  let found = 0;
  for (const [index, event] of append.request.events.entries()) {
    const row = existing.get(event.eventId);
    if (row === undefined) continue;
    const isSame =
      row.stream === append.request.stream &&
      row.type === event.type &&
      row.body === (append.bodies[index] ?? '') &&
      row.correlationId === append.request.correlationId &&
      row.causationId === append.request.causationId;
    if (!isSame) return taken(event.eventId);
    found += 1;
    lastPosition = Math.max(lastPosition, row.position);
  }
  if (found === 0) return { kind: 'version-conflict', actualVersion };
  if (found === append.request.events.length) return { kind: 'appended', position: lastPosition, isRepeat: true };
  return taken(append.request.events[0]?.eventId ?? '');
}

function taken(eventId: string): Fault {
  return new Fault({ code: 'conflict', message: `Event id ${eventId} is already in the log with other content.` });
}
