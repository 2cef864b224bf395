import type { GatewayEvent } from '#contracts/events.ts';
import { chainHash, GENESIS, type HashedFields, leafHash } from '#journal/chain.ts';
import type { StoredEvent } from '#journal/stored-event.ts';

/** An event of a log built by hand: what is not said is filled in. */
export type LogEntry = GatewayEvent & {
  readonly stream: string;
  readonly correlationId?: string;
  readonly causationId?: string;
};

/** When the first event of a log built by hand was recorded; each later one a second later. */
export const LOG_BEGAN_AT_MS = Date.UTC(2026, 0, 15, 12);

/** A sound log of these events: positions, versions, ids and chain as the writer gives them. */
export function chainedLog(entries: readonly LogEntry[]): StoredEvent[] {
  const versions = new Map<string, number>();
  const fields = entries.map((entry, index): HashedFields => {
    const version = (versions.get(entry.stream) ?? 0) + 1;
    versions.set(entry.stream, version);
    return {
      part: 0,
      position: index + 1,
      eventId: eventIdAt(index + 1),
      stream: entry.stream,
      version,
      type: entry.type,
      schemaVersion: 1,
      recordedAtMs: LOG_BEGAN_AT_MS + index * 1_000,
      epoch: 1,
      correlationId: entry.correlationId ?? entry.stream,
      causationId: entry.causationId ?? '',
      body: JSON.stringify(entry.data),
    };
  });
  return rechained(fields);
}

/** The id of the event a log built by hand has at a position. */
export function eventIdAt(position: number): string {
  return `019bc1d0-0000-7000-8000-${position.toString(16).padStart(12, '0')}`;
}

/** The same events with a chain that fits them: what someone would leave behind who can write to the whole database. */
export function rechained(events: readonly HashedFields[]): StoredEvent[] {
  let chain = GENESIS;
  return events.map((event) => {
    chain = chainHash(chain, leafHash(event));
    return { ...event, chain };
  });
}

/** A log with the event at one position changed, its chain made to fit. */
export function doctored(
  log: readonly StoredEvent[],
  position: number,
  change: (event: StoredEvent) => Partial<StoredEvent>,
): StoredEvent[] {
  return rechained(log.map((event) => (event.position === position ? { ...event, ...change(event) } : event)));
}

/** A change of an event's body, field by field. */
export function bodyWith(fields: Readonly<Record<string, unknown>>): (event: StoredEvent) => Partial<StoredEvent> {
  return (event) => ({ body: JSON.stringify({ ...JSON.parse(event.body), ...fields }) });
}
