import { randomBytes } from 'node:crypto';
import type pg from 'pg';

/** AES-256. */
const SUBJECT_KEY_BYTES = 32;

/** The keys that users' profiles are sealed under. */
export interface SubjectKeys {
  /** The user's key, made now where there is none. Durable when it resolves. */
  take(userId: string): Promise<Buffer>;
  /** The user's key; undefined where there is none. */
  find(userId: string): Promise<Buffer | undefined>;
}

/** The subject keys in the table `accounts.subject_key`. */
export function createSubjectKeys(pool: pg.Pool): SubjectKeys {
  return {
    async take(userId) {
      const client = await pool.connect();
      let failure: Error | undefined;
      try {
        // The log is about to hold a profile that only this key opens: the row must survive a crash, whatever the
        // server's default is.
        await client.query('begin; set local synchronous_commit to on');
        const { rows } = await client.query<{ key: Buffer }>(
          `insert into accounts.subject_key (user_id, key) values ($1, $2)
           on conflict (user_id) do update set user_id = excluded.user_id returning key`,
          [userId, randomBytes(SUBJECT_KEY_BYTES)],
        );
        await client.query('commit');
        const [row] = rows;
        if (row === undefined) throw new Error('the insert of a subject key returned no row');
        return row.key;
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
        throw failure;
      } finally {
        // After a failure the connection may be inside the transaction: it is closed and not given back.
        client.release(failure);
      }
    },

    async find(userId) {
      const sql = 'select key from accounts.subject_key where user_id = $1';
      const { rows } = await pool.query<{ key: Buffer }>(sql, [userId]);
      return rows[0]?.key;
    },
  };
}
