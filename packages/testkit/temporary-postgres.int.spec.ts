import assert from 'node:assert/strict';
import pg from 'pg';
import { test } from '#testkit/test.ts';
import { createTemporaryDatabase } from './temporary-postgres.ts';

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('each temporary database is empty and sees nothing of another', async () => {
  await using first = await createTemporaryDatabase();
  await using second = await createTemporaryDatabase();
  await query(first.connectionString, 'create table mine (id int)');
  assert.deepEqual(await query(second.connectionString, "select to_regclass('mine') as found"), [{ found: null }]);
});

test('a temporary database is gone at the end, whoever is still connected', async () => {
  const database = await createTemporaryDatabase();
  const client = new pg.Client({ connectionString: database.connectionString });
  client.on('error', () => undefined);
  const isCut = new Promise((resolve) => client.once('end', resolve));
  await client.connect();
  await database[Symbol.asyncDispose]();
  await isCut;
  await assert.rejects(query(database.connectionString, 'select 1'), { code: '3D000' });
});
