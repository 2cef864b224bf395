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
const BEFORE = ['0001-read-models', '0002-lease', '0003-dead-letters'];

test('the table of dead letters goes with its rows, and what is beside it stays', async (t) => {
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
  await pool.query(
    "insert into billing.dead_letters values ('c', 1, 'e', 'UsageRecorded', 'request-r', 'code', 'why', 1, 1, 1)",
  );

  assert.deepEqual(await migrate(pool, { schema: 'billing', directory }), { applied: ['0004-no-dead-letters'] });
  const { rows } = await pool.query("select to_regclass('billing.dead_letters') as found");
  assert.deepEqual(rows, [{ found: null }]);
  const kept = await pool.query('select position from billing.checkpoint');
  assert.deepEqual(kept.rows, [{ position: 7n }]);
});
