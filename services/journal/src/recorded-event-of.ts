import type { EventType, GatewayEvent } from '#contracts/events.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import type { StoredEvent } from '#journal/stored-event.ts';

/** A stored row as subscribers see it, its body parsed. */
export function recordedEventOf(row: StoredEvent): RecordedEvent {
  return withData(row, JSON.parse(row.body));
}

/** The same for a row just written, whose body is at hand unparsed. */
export function withData(row: StoredEvent, data: unknown): RecordedEvent {
  const event = { type: row.type as EventType, data } as GatewayEvent;
  return {
    ...event,
    part: row.part,
    position: row.position,
    eventId: row.eventId,
    stream: row.stream,
    version: row.version,
    schemaVersion: row.schemaVersion,
    recordedAtMs: row.recordedAtMs,
    epoch: row.epoch,
    correlationId: row.correlationId,
    causationId: row.causationId,
    body: row.body,
  };
}
