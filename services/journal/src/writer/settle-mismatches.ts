import type { StoredEvent } from '#journal/stored-event.ts';
import { readByIds, readVersions } from '../adapters/event-store.ts';
import type { LogConnection } from './log-connection.ts';
import type { SerializedAppend, Settlement } from './serialized-append.ts';
import type { StreamVersions } from './stream-versions.ts';

/** The answers for appends that did not fit, from the log's ids and streams. */
export async function settleMismatches(
  appends: readonly SerializedAppend[],
  connection: LogConnection,
  versions: StreamVersions,
): Promise<Settlement[]> {
  if (appends.length === 0) return [];
  const eventIds = appends.flatMap((append) => append.events.map((event) => event.eventId));
  const rows = await readByIds(await connection.get(), eventIds);
  const existing = new Map(rows.map((row) => [row.eventId, row]));
  const streams = appends.map((append) => append.stream);
  await learnVersions(streams, connection, versions);
  return appends.map((append) => settlementOf(append, existing, versions.get(append.stream) ?? 0));
}

/** Reads streams' versions from the log, and remembers them. */
export async function learnVersions(
  streams: readonly string[],
  connection: LogConnection,
  versions: StreamVersions,
): Promise<void> {
  const found = await readVersions(await connection.get(), streams);
  for (const stream of streams) versions.set(stream, found.get(stream) ?? 0);
}

/**
 * Four cases: the append was written before (same ids, same bytes); other events have its ids, which somebody must look
 * into; the stream has moved on; the database refused its rows.
 */
function settlementOf(
  append: SerializedAppend,
  existing: ReadonlyMap<string, StoredEvent>,
  actualVersion: number,
): Settlement {
  const { id, events, expectedVersion } = append;
  const found = events.flatMap((event) => existing.get(event.eventId) ?? []);
  const isRepeat = events.every((event) => isSame(append, event, existing.get(event.eventId)));
  if (isRepeat) {
    const position = Math.max(...found.map((row) => row.position));
    return { id, result: { kind: 'appended', position, isRepeat } };
  }
  if (found[0] !== undefined) {
    const message = `Event id ${found[0].eventId} is already in the log with other content.`;
    return { id, refusal: { code: 'conflict', message } };
  }
  if (actualVersion !== expectedVersion) return { id, result: { kind: 'version-conflict', actualVersion } };
  return { id, refusal: { code: 'internal_error', message: 'The log refused the event.' } };
}

function isSame(
  append: SerializedAppend,
  event: SerializedAppend['events'][number],
  row: StoredEvent | undefined,
): boolean {
  return (
    row !== undefined &&
    row.stream === append.stream &&
    row.type === event.type &&
    row.body === event.body &&
    row.correlationId === append.correlationId &&
    row.causationId === append.causationId
  );
}
