import type { Logger } from 'pino';
import { Fault } from '#errors/fault.ts';
import type { AppendResult } from '#journal/journal.ts';
import type { StoredEvent } from '#journal/stored-event.ts';
import { readByIds, readVersions } from '../adapters/event-store.ts';
import type { LogConnection } from './log-connection.ts';
import type { PendingAppend } from './pending-append.ts';
import type { StreamVersions } from './stream-versions.ts';

/** Answers appends that did not fit, from what the log has of their ids and streams. */
export async function settleMismatches(
  appends: readonly PendingAppend[],
  connection: LogConnection,
  versions: StreamVersions,
  logger: Logger,
): Promise<void> {
  if (appends.length === 0) return;
  const eventIds = appends.flatMap(({ request }) => request.events.map((event) => event.eventId));
  const rows = await readByIds(await connection.get(), eventIds);
  const existing = new Map(rows.map((row) => [row.eventId, row]));
  await learnVersions(
    appends.map(({ request }) => request.stream),
    connection,
    versions,
  );
  for (const pending of appends) {
    const result = answerOf(pending, existing, versions.get(pending.request.stream) ?? 0);
    if (!(result instanceof Fault)) {
      pending.resolve(result);
      continue;
    }
    logger.error({ stream: pending.request.stream, err: result }, 'the log refused an append');
    pending.reject(result);
  }
}

/** Asks the log for streams' versions, and remembers them. */
export async function learnVersions(
  streams: readonly string[],
  connection: LogConnection,
  versions: StreamVersions,
): Promise<void> {
  const found = await readVersions(await connection.get(), streams);
  for (const stream of streams) versions.set(stream, found.get(stream) ?? 0);
}

/**
 * What an append is told that did not fit: it was written before (same ids, same bytes); its ids are taken by something
 * else, which somebody must look into; the stream has moved on; or the database refused its rows.
 */
function answerOf(
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
    if (!isSame) return idTaken(event.eventId);
    found += 1;
    lastPosition = Math.max(lastPosition, row.position);
  }
  const { events, expectedVersion } = append.request;
  if (found === events.length) return { kind: 'appended', position: lastPosition, isRepeat: true };
  if (found > 0) return idTaken(events[0]?.eventId ?? '');
  if (actualVersion !== expectedVersion) return { kind: 'version-conflict', actualVersion };
  return new Fault({ code: 'internal_error', message: 'The log refused the event.' });
}

function idTaken(eventId: string): Fault {
  return new Fault({ code: 'conflict', message: `Event id ${eventId} is already in the log with other content.` });
}
