import type pg from 'pg';

/** Longer than a busy database takes for one row, and short enough for a client that waits. */
const STATEMENT_MAX_MS = 5_000;

/** The database of what an ingress keeps. */
export interface IngressDatabase {
  /** Rejects where there is no answer in time; the statement may be carried out all the same. */
  query<Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[]): Promise<pg.QueryResult<Row>>;
}

/** A pool whose statements are waited for within a bound, also where the server's machine is gone and says nothing. */
export function ingressDatabase(pool: pg.Pool): IngressDatabase {
  return {
    async query<Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[]) {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => late.reject(new Error('the database of the ingress does not answer')),
        STATEMENT_MAX_MS,
      );
      try {
        return await Promise.race([pool.query<Row>(sql, [...values]), late.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
