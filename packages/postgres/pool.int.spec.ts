import assert from 'node:assert/strict';
import type pg from 'pg';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { type Scope, test } from '#testkit/test.ts';
import { openPool } from './pool.ts';

async function temporaryPool(context: Scope): Promise<pg.Pool> {
  const database = await createTemporaryDatabase();
  const pool = openPool({ connectionString: database.connectionString, max: 2, applicationName: 'pool-test' });
  context.defer(async () => {
    await pool.end();
    await database[Symbol.asyncDispose]();
  });
  return pool;
}

test('an int8 is read as a bigint, alone and in arrays, and other types as the driver has them', async (context) => {
  const pool = await temporaryPool(context);
  const sql = `select 9007199254740993::int8 as big, '{1,null}'::int8[] as bigs, 7::int4 as small, '{"a":1}'::json as body`;
  const { rows } = await pool.query(sql);
  assert.deepEqual(rows, [{ big: 9007199254740993n, bigs: [1n, null], small: 7, body: { a: 1 } }]);
});

test('the server sees which service a connection belongs to', async (context) => {
  const pool = await temporaryPool(context);
  assert.deepEqual((await pool.query('show application_name')).rows, [{ application_name: 'pool-test' }]);
});

test('a connection that breaks, idle or checked out, fails one query at most and never the process', async (context) => {
  const pool = await temporaryPool(context);
  const [held, other] = await Promise.all([pool.connect(), pool.connect()]);
  const { rows } = await held.query<{ pid: number }>('select pg_backend_pid() as pid');
  const isGone = new Promise((resolve) => held.once('end', resolve));
  await other.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
  await isGone;
  await assert.rejects(held.query('select 1'));
  held.release(true);

  const idle = await pool.connect();
  const idlePid = (await idle.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
  const isRemoved = new Promise((resolve) => pool.once('remove', resolve));
  idle.release();
  await other.query('select pg_terminate_backend($1)', [idlePid]);
  await isRemoved;
  other.release();
  assert.equal((await pool.query('select 1 as one')).rows[0].one, 1);
});
