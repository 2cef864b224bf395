import pg from 'pg';
import { within } from '#kernel/within.ts';

export interface PoolSettings {
  readonly connectionString: string;
  /** The most connections this pool opens. */
  readonly max: number;
  /** Shown in `pg_stat_activity`, so that a slow query can be traced to its service. */
  readonly applicationName: string;
  /**
   * Whether a commit is on the server's disk when it resolves, whatever the database's default is. Absent: the default
   * applies.
   */
  readonly isDurable?: boolean;
}

/** Settings that are stricter than `on` are kept. */
const DURABLE_COMMITS = `do $$ begin
  if current_setting('synchronous_commit') = 'off' then set synchronous_commit to on; end if;
end $$`;

/** Longer than a busy server needs to accept, short enough that a caller soon hears of a dead server. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * A server whose machine is gone while a query waits for its answer sends nothing. After this silence the kernel probes
 * the server each second, ten times. A query that is sent later waits as long as TCP does, some 15 minutes.
 */
const KEEPALIVE_AFTER_MS = 10_000;

/** Awaited queries have ended by the time a pool is closed, and goodbyes take milliseconds. */
const CLOSE_MAX_MS = 2_000;

const INT8_OID = 20;
const INT8_ARRAY_OID: number = 1016;

/** The driver's own parser, which leaves the items as text. Its types do not know arrays. */
const parseInt8Items = pg.types.getTypeParser(INT8_ARRAY_OID, 'text') as (text: string) => (string | null)[];

/**
 * Opens a pool of connections that reads `int8` as `bigint`, since amounts and positions outgrow a JavaScript number.
 *
 * A broken connection never ends the process. The pool replaces an idle connection; a checked-out one fails its next
 * query.
 */
export function openPool({ connectionString, max, applicationName, isDurable }: PoolSettings): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_AFTER_MS,
    types: { getTypeParser: typeParser },
    ...(isDurable === true ? { onConnect: (client) => client.query(DURABLE_COMMITS) } : {}),
  });
  pool.on('error', ignoreBrokenConnection);
  // The pool listens to its idle connections only. A connection that breaks while it is checked out, between two
  // queries of a transaction, would otherwise emit an unheard 'error', which ends the process.
  pool.on('connect', (client) => {
    client.on('error', ignoreBrokenConnection);
  });
  return pool;
}

/** Ends a pool without waiting for a query that a frozen server never answers. That query ends with the process. */
export async function closePool(pool: pg.Pool): Promise<void> {
  await within(pool.end(), CLOSE_MAX_MS);
}

function ignoreBrokenConnection(): void {
  // The next query on that connection reports the error to its caller.
}

function typeParser(oid: number, format?: 'text' | 'binary'): unknown {
  if (format !== 'binary') {
    if (oid === INT8_OID) return BigInt;
    if (oid === INT8_ARRAY_OID) return parseInt8Array;
  }
  return pg.types.getTypeParser(oid, format);
}

function parseInt8Array(text: string): (bigint | null)[] {
  return parseInt8Items(text).map((item) => (item === null ? null : BigInt(item)));
}
