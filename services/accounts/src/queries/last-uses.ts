import type pg from 'pg';

const MINUTE_MS = 60_000;

/** When each of some keys was last used, as the minute began; a key that was never used is left out. */
export async function readLastUses(
  pool: Pick<pg.Pool, 'query'>,
  keyIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (keyIds.length === 0) return new Map();
  const { rows } = await pool.query<{ key_id: string; last_used_minute: string | bigint }>(
    'select key_id, last_used_minute from accounts.key_use where key_id = any($1::text[])',
    [keyIds],
  );
  return new Map(rows.map((row) => [row.key_id, Number(row.last_used_minute) * MINUTE_MS]));
}
