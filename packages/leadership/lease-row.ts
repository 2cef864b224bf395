import pg from 'pg';

/**
 * A query that takes longer means that the database is away. Shorter than a lease, so that a holder that cannot renew
 * tries again before its lease ends.
 */
const QUERY_TIMEOUT_MS = 700;
/** Longer than a TLS connection takes between regions, and short enough to try twice within a lease. */
const CONNECT_TIMEOUT_MS = 1_000;

export interface LeaseRow {
  readonly schema: string;
  readonly part: number;
  readonly holder: string;
  readonly ttlMs: number;
}

/**
 * The lease's own connection to the database of the service's pool. A renewal thus waits for no long query of the
 * service. A connection that breaks or hangs is replaced at the next query.
 */
export function openLeaseConnection({ options }: pg.Pool): pg.Pool {
  const settings: pg.PoolConfig = {
    ...options,
    // Kept out of the copied settings, so that no log shows it.
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
  // The next query reports the error.
}

/**
 * The answer to a process that asked for the lease: the lease is its own now, or it is not and ends as the row says.
 */
export type Taking = { readonly isOurs: true } | { readonly isOurs: false; readonly end: string };

/**
 * Takes the lease if nobody holds it. `staleEnd` is the end of a lease that has not been renewed for its whole time by
 * this process' clock. Such a lease is over whatever the database's clock says, since that clock may have been set
 * back.
 */
export async function takeLease(connection: pg.Pool, row: LeaseRow, staleEnd: string | null): Promise<Taking> {
  const table = `${pg.escapeIdentifier(row.schema)}.lease`;
  const result = await connection.query<{ is_ours: boolean; end: string }>(
    `with taken as (
       insert into ${table} (part, holder, expires_at)
       values ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
       on conflict (part) do update set holder = excluded.holder, expires_at = excluded.expires_at
       where lease.expires_at <= clock_timestamp() or lease.holder in ('', excluded.holder)
         or lease.expires_at = $4::timestamptz
       returning part
     )
     select exists (select from taken) as is_ours, (select expires_at::text from ${table} where part = $1) as end`,
    [row.part, row.holder, row.ttlMs, staleEnd],
  );
  const [answer] = result.rows;
  return answer?.is_ours === true ? { isOurs: true } : { isOurs: false, end: answer?.end ?? '' };
}

/** Extends the lease, even if it is over, as long as no other process has taken it. False if one has. */
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
