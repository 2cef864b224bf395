import type { ClientBase, QueryResult } from 'pg';
import type { StoredEvent, StoredHead } from '#journal/stored-event.ts';
import { bigintArray, byteaArray, int2Array, int4Array, textArray, uuidArray } from '#postgres/binary-array.ts';

/** Another writer has taken over. This one must not write again. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

type Database = Pick<ClientBase, 'query'>;

const COLUMNS = `part, position, event_id, stream, version, type, schema_version, recorded_at_ms, epoch,
  correlation_id, causation_id, body::text as body, chain`;

/** Begins a new term as the only writer of the partition. From here on, every older writer's commit fails. */
export async function takeOffice(database: Database, part: number): Promise<StoredHead> {
  const result = await database.query(
    'update journal.writer set epoch = epoch + 1 where part = $1 returning epoch, position, chain',
    [part],
  );
  return headFrom(result);
}

/** The current head, whichever process writes. */
export async function readHead(database: Database, part: number): Promise<StoredHead> {
  return headFrom(await database.query('select epoch, position, chain from journal.writer where part = $1', [part]));
}

/** The time when the newest event was recorded; 0 for an empty log. */
export async function readLastRecordedAtMs(database: Database, part: number): Promise<number> {
  const result = await database.query(
    'select recorded_at_ms from journal.event where part = $1 order by position desc limit 1',
    [part],
  );
  return Number(result.rows[0]?.recorded_at_ms ?? 0);
}

/**
 * The fence and the rows are one statement, so one round trip and one commit. If the writer's row is not as this writer
 * left it, nothing is inserted.
 */
const insertRows = (rows: string): string => `
with fence as (
  update journal.writer set position = $12, chain = $13
  where part = $14 and epoch = $15 and position = $16
  returning part, epoch
)
insert into journal.event (part, position, event_id, stream, version, type, schema_version, recorded_at_ms,
  correlation_id, causation_id, body, chain, epoch)
select fence.part, ${rows}, fence.epoch from fence`;

const INSERT_MANY = `${insertRows(`t.position, t.event_id, t.stream, t.version, t.type, t.schema_version,
  t.recorded_at_ms, t.correlation_id, t.causation_id, t.body::json, t.chain`)},
  unnest($1::bigint[], $2::uuid[], $3::text[], $4::int[], $5::text[], $6::smallint[], $7::bigint[], $8::text[],
    $9::text[], $10::text[], $11::bytea[])
  as t(position, event_id, stream, version, type, schema_version, recorded_at_ms, correlation_id, causation_id, body, chain)`;

/** The statement for a batch of one event, which is usual under little load: eleven arrays cost more than a row. */
const INSERT_ONE = insertRows(`$1::bigint, $2::uuid, $3::text, $4::int, $5::text, $6::smallint, $7::bigint, $8::text,
  $9::text, $10::json, $11::bytea`);

/** Commits a batch that follows `head`. Throws `FencedError` if the log is not at `head` in this writer's term. */
export async function insertBatch(database: Database, head: StoredHead, rows: readonly StoredEvent[]): Promise<void> {
  const last = rows.at(-1);
  if (last === undefined) return;
  const fence = [last.position, last.chain, last.part, head.epoch, head.position];
  const result = await database.query(
    rows.length === 1
      ? { name: 'journal-append-one', text: INSERT_ONE, values: [...fieldsOf(last), ...fence] }
      : { name: 'journal-append', text: INSERT_MANY, values: [...arraysOf(rows), ...fence] },
  );
  if (result.rowCount !== rows.length) {
    throw new FencedError(`the log is no longer at position ${head.position} of epoch ${head.epoch}`);
  }
}

function fieldsOf(row: StoredEvent): readonly (string | number | Buffer)[] {
  return [
    row.position,
    row.eventId,
    row.stream,
    row.version,
    row.type,
    row.schemaVersion,
    row.recordedAtMs,
    row.correlationId,
    row.causationId,
    row.body,
    row.chain,
  ];
}

function arraysOf(rows: readonly StoredEvent[]): readonly Buffer[] {
  return [
    bigintArray(rows.map((row) => row.position)),
    uuidArray(rows.map((row) => row.eventId)),
    textArray(rows.map((row) => row.stream)),
    int4Array(rows.map((row) => row.version)),
    textArray(rows.map((row) => row.type)),
    int2Array(rows.map((row) => row.schemaVersion)),
    bigintArray(rows.map((row) => row.recordedAtMs)),
    textArray(rows.map((row) => row.correlationId)),
    textArray(rows.map((row) => row.causationId)),
    textArray(rows.map((row) => row.body)),
    byteaArray(rows.map((row) => row.chain)),
  ];
}

/**
 * One transaction that takes a block of the disk and is synced, whatever the session's default is. A small row in an
 * existing page would find room on a full disk where an event finds none.
 */
const PROBE = `select set_config('synchronous_commit', 'on', true);
truncate journal.write_probe;
insert into journal.write_probe values (now())`;

/** A schema that is not migrated yet has no probe table, or gives no right to use it. Then only appends tell. */
const UNPROBED_STATES: ReadonlySet<unknown> = new Set(['42P01', '42501']);

/** Rejects if the log's disk takes no writes now. */
export async function probeWrite(database: Database): Promise<void> {
  try {
    await database.query(PROBE);
  } catch (error) {
    if (!UNPROBED_STATES.has((error as { code?: unknown } | null)?.code)) throw error;
  }
}

/** The existing events with these ids. */
export async function readByIds(database: Database, eventIds: readonly string[]): Promise<StoredEvent[]> {
  const result = await database.query(`select ${COLUMNS} from journal.event where event_id = any($1::uuid[])`, [
    uuidArray(eventIds),
  ]);
  return result.rows.map(rowFrom);
}

/** The versions of those streams that exist. */
export async function readVersions(database: Database, streams: readonly string[]): Promise<Map<string, number>> {
  const result = await database.query(
    // One index look-up for each stream, whatever the planner believes about a table that it has not analysed yet. As
    // one grouped query, it read the whole log.
    `select asked.stream, found.version from unnest($1::text[]) as asked(stream)
     cross join lateral (
       select version from journal.event where event.stream = asked.stream order by version desc limit 1
     ) as found`,
    [textArray(streams)],
  );
  return new Map(result.rows.map((row) => [String(row.stream), Number(row.version)]));
}

/** Events after a position, at most `limit`, in order. */
export async function readAfter(
  database: Database,
  part: number,
  afterPosition: number,
  limit: number,
): Promise<StoredEvent[]> {
  const result = await database.query({
    name: 'journal-read-after',
    text: `select ${COLUMNS} from journal.event where part = $1 and position > $2 order by position limit $3`,
    values: [part, afterPosition, limit],
  });
  return result.rows.map(rowFrom);
}

/** A stream's events in order. */
export async function readStreamRows(database: Database, stream: string): Promise<StoredEvent[]> {
  const result = await database.query({
    name: 'journal-read-stream',
    text: `select ${COLUMNS} from journal.event where stream = $1 order by version`,
    values: [stream],
  });
  return result.rows.map(rowFrom);
}

function headFrom(result: QueryResult): StoredHead {
  const row = result.rows[0];
  if (row === undefined) throw new Error('journal.writer has no row for this partition');
  return { epoch: Number(row.epoch), position: Number(row.position), chain: row.chain };
}

function rowFrom(row: Record<string, unknown>): StoredEvent {
  return {
    part: Number(row['part']),
    position: Number(row['position']),
    eventId: String(row['event_id']),
    stream: String(row['stream']),
    version: Number(row['version']),
    type: String(row['type']),
    schemaVersion: Number(row['schema_version']),
    recordedAtMs: Number(row['recorded_at_ms']),
    epoch: Number(row['epoch']),
    correlationId: String(row['correlation_id']),
    causationId: String(row['causation_id']),
    body: String(row['body']),
    chain: row['chain'] as Buffer,
  };
}
