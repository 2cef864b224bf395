import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { test } from '#testkit/test.ts';

const directory = fileURLToPath(new URL('..', import.meta.url));
const BEFORE = ['0001-read-models', '0002-lease'];

test('dead letters are added beside what is there, one an event of a consumer, within their bounds', async (t) => {
  const database = await createTemporaryDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'billing-migrations-'));
  const pool = openPool({ connectionString: database.connectionString, max: 2, applicationName: 'migration test' });
  t.defer(async () => {
    await pool.end();
    await database[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  for (const name of BEFORE) await cp(join(directory, name), join(folder, name), { recursive: true });
  await migrate(pool, { schema: 'billing', directory: folder });
  await pool.query("insert into billing.checkpoint values ('billing.ledger', 7)");

  assert.deepEqual(await migrate(pool, { schema: 'billing', directory }), { applied: ['0003-dead-letters'] });
  const kept = await pool.query('select position from billing.checkpoint');
  assert.deepEqual(kept.rows, [{ position: 7n }]);

  const insert = (position: number, message: string, tries = 1) =>
    pool.query(
      "insert into billing.dead_letters values ('c', $1, 'e', 'UsageRecorded', 'request-r', 'code', $2, $3, 1, 1)",
      [position, message, tries],
    );
  await insert(1, 'x'.repeat(300));
  await assert.rejects(insert(1, 'again'), { code: '23505' });
  await assert.rejects(insert(2, 'x'.repeat(301)), { code: '23514' });
  await assert.rejects(insert(2, 'never tried', 0), { code: '23514' });
});
