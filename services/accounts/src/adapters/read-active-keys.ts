import type pg from 'pg';
import type { ActiveKey } from '#api-keys/key-ring.ts';
import { directory } from '../projections/directory.ts';

/** A page of keys is some megabytes in memory. */
const PAGE_ROWS = 10_000;

/**
 * Hands every active key of the read model to `add`, and says at which log position the read model stands: all of it as
 * of one moment, so that no event between the two is left out.
 */
export async function readActiveKeys(pool: pg.Pool, add: (key: ActiveKey) => void): Promise<number> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('begin isolation level repeatable read read only');
    const position = await readPosition(client);
    let rows: ActiveKey[] = [];
    do {
      rows = await readPage(client, rows.at(-1)?.keyId ?? '');
      rows.forEach(add);
    } while (rows.length === PAGE_ROWS);
    await client.query('commit');
    return position;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw failure;
  } finally {
    client.release(failure);
  }
}

async function readPosition(client: pg.PoolClient): Promise<number> {
  const sql = 'select position from accounts.checkpoint where projection = $1';
  const { rows } = await client.query<{ position: string | bigint }>(sql, [directory.name]);
  return Number(rows[0]?.position ?? 0);
}

async function readPage(client: pg.PoolClient, afterKeyId: string): Promise<ActiveKey[]> {
  const { rows } = await client.query<ActiveKey>(
    `select key_id as "keyId", user_id as "userId", key_hash as "keyHash"
     from accounts.api_key where key_id > $1 and revoked_at_ms is null order by key_id limit $2`,
    [afterKeyId, PAGE_ROWS],
  );
  return rows;
}
