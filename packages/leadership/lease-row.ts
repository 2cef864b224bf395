import type pg from 'pg';

/**
 * A query that takes longer has met a database that is away. Shorter than a lease, so that a holder that cannot renew
 * tries again before its time is over.
 */
const QUERY_TIMEOUT_MS = 700;

export interface LeaseRow {
  readonly schema: string;
  readonly part: number;
  readonly holder: string;
  readonly ttlMs: number;
}

/** Takes the lease where nobody holds it; true where it is ours then. */
export async function takeLease(pool: pg.Pool, row: LeaseRow): Promise<boolean> {
  const result = await query(
    pool,
    `insert into ${row.schema}.lease (part, holder, expires_at)
     values ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
     on conflict (part) do update set holder = excluded.holder, expires_at = excluded.expires_at
     where lease.expires_at <= clock_timestamp() or lease.holder in ('', excluded.holder)`,
    [row.part, row.holder, row.ttlMs],
  );
  return result.rowCount === 1;
}

/** Extends the lease, also one that is over as long as nobody else took it; false where somebody did. */
export async function renewLease(pool: pg.Pool, row: LeaseRow): Promise<boolean> {
  const result = await query(
    pool,
    `update ${row.schema}.lease set expires_at = clock_timestamp() + $3 * interval '1 millisecond'
     where part = $1 and holder = $2`,
    [row.part, row.holder, row.ttlMs],
  );
  return result.rowCount === 1;
}

/** Gives the lease back, so that a standby need not wait for its end. */
export async function giveLeaseBack(pool: pg.Pool, row: LeaseRow): Promise<void> {
  await query(pool, `update ${row.schema}.lease set holder = '' where part = $1 and holder = $2`, [
    row.part,
    row.holder,
  ]);
}

function query(pool: pg.Pool, text: string, values: unknown[]): Promise<pg.QueryResult> {
  // The driver's types leave out that a query may have a timeout of its own.
  const config: pg.QueryConfig & { readonly query_timeout: number } = {
    text,
    values,
    query_timeout: QUERY_TIMEOUT_MS,
  };
  return pool.query(config);
}
