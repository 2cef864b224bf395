import pg from 'pg';

/**
 * A query that takes longer has met a database that is away. Shorter than a lease, so that a holder that cannot renew
 * tries again before its time is over.
 */
const QUERY_TIMEOUT_MS = 700;
/** More than a connection with TLS takes between regions, little enough to try twice while a lease lasts. */
const CONNECT_TIMEOUT_MS = 1_000;

export interface LeaseRow {
  readonly schema: string;
  readonly part: number;
  readonly holder: string;
  readonly ttlMs: number;
}

/**
 * A connection of the lease's own, to where the service's pool leads: a renewal waits neither for the service's long
 * queries nor as long as they may. One that breaks or hangs is replaced at the next query.
 */
export function openLeaseConnection({ options }: pg.Pool): pg.Pool {
  const settings: pg.PoolConfig = {
    ...options,
    // Kept out of what is copied, so that no log shows it.
    password: options.password,
    max: 1,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idleTimeoutMillis: 0,
  };
  const connection = new pg.Pool(settings);
  connection.on('error', ignoreBrokenConnection);
  connection.on('connect', (client) => client.on('error', ignoreBrokenConnection));
  return connection;
}

function ignoreBrokenConnection(): void {
  // The next query reports it.
}

/** Takes the lease where nobody holds it; true where it is ours then. */
export async function takeLease(connection: pg.Pool, row: LeaseRow): Promise<boolean> {
  const result = await connection.query(
    `insert into ${pg.escapeIdentifier(row.schema)}.lease (part, holder, expires_at)
     values ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
     on conflict (part) do update set holder = excluded.holder, expires_at = excluded.expires_at
     where lease.expires_at <= clock_timestamp() or lease.holder in ('', excluded.holder)`,
    [row.part, row.holder, row.ttlMs],
  );
  return result.rowCount === 1;
}

/** Extends the lease, also one that is over as long as nobody else took it; false where somebody did. */
export async function renewLease(connection: pg.Pool, row: LeaseRow): Promise<boolean> {
  const result = await connection.query(
    `update ${pg.escapeIdentifier(row.schema)}.lease set expires_at = clock_timestamp() + $3 * interval '1 millisecond'
     where part = $1 and holder = $2`,
    [row.part, row.holder, row.ttlMs],
  );
  return result.rowCount === 1;
}

/** Gives the lease back, so that a standby need not wait for its end. */
export async function giveLeaseBack(connection: pg.Pool, row: LeaseRow): Promise<void> {
  await connection.query(
    `update ${pg.escapeIdentifier(row.schema)}.lease set holder = '' where part = $1 and holder = $2`,
    [row.part, row.holder],
  );
}
