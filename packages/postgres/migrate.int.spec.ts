import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { type Scope, test } from '#testkit/test.ts';
import { migrate } from './migrate.ts';
import { openPool } from './pool.ts';

interface Fixture {
  readonly pool: pg.Pool;
  readonly connectionString: string;
  readonly directory: string;
  write(name: string, sql: string): Promise<void>;
}

async function fixture(context: Scope): Promise<Fixture> {
  const database = await createTemporaryDatabase();
  const { connectionString } = database;
  const pool = openPool({ connectionString, max: 4, applicationName: 'migrate-test' });
  const directory = await mkdtemp(join(tmpdir(), 'migrations-'));
  context.defer(async () => {
    await pool.end();
    await database[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });
  const write = async (name: string, sql: string): Promise<void> => {
    await mkdir(join(directory, name), { recursive: true });
    await writeFile(join(directory, name, 'up.sql'), sql);
  };
  return { pool, connectionString, directory, write };
}

test('migrations run once, in order, in their schema, and the next run has nothing to do', async (context) => {
  const { pool, directory, write } = await fixture(context);
  await write('0002-fill', "insert into thing values (1, 'a;b'); insert into thing values (2, $$c$$);");
  await write('0001-make', 'create table thing (id int, name text);');
  await writeFile(join(directory, '0001-make', 'notes.md'), 'why it is so');

  assert.deepEqual(await migrate(pool, { schema: 'quota', directory }), { applied: ['0001-make', '0002-fill'] });
  assert.deepEqual((await pool.query('select id, name from quota.thing order by id')).rows, [
    { id: 1, name: 'a;b' },
    { id: 2, name: 'c' },
  ]);
  assert.deepEqual(await migrate(pool, { schema: 'quota', directory }), { applied: [] });

  await write('0003-more', "insert into thing values (3, 'd')");
  assert.deepEqual(await migrate(pool, { schema: 'quota', directory }), { applied: ['0003-more'] });
});

test('a connection string is as good as a pool', async (context) => {
  const { connectionString, directory, write } = await fixture(context);
  await write('0001-make', 'create table thing (id int)');
  assert.deepEqual(await migrate(connectionString, { schema: 's', directory }), { applied: ['0001-make'] });
});

test('of several processes that start at once, one applies each migration', async (context) => {
  const { connectionString, directory, write } = await fixture(context);
  await write('0001-make', 'create table thing (id int); select pg_sleep(0.1)');
  await write('0002-fill', 'insert into thing values (1)');
  const runs = await Promise.all(
    Array.from({ length: 5 }, () => migrate(connectionString, { schema: 'at-once', directory })),
  );
  assert.deepEqual(runs.flatMap((run) => run.applied).sort(), ['0001-make', '0002-fill']);
});

test('a migration that fails leaves nothing behind, names its line, and can be mended', async (context) => {
  const { pool, directory, write } = await fixture(context);
  await write('0001-make', 'create table thing (id int);');
  await write('0002-broken', 'create table half (id int);\n\ninsert into nowhere values (1);');
  await assert.rejects(migrate(pool, { schema: 's', directory }), {
    message: 'the migration 0002-broken of schema s failed at line 3: relation "nowhere" does not exist',
  });
  assert.equal((await pool.query("select to_regclass('s.half') as half")).rows[0].half, null);

  await write('0002-broken', 'create table half (id int)');
  assert.deepEqual(await migrate(pool, { schema: 's', directory }), { applied: ['0002-broken'] });
});

test('an applied migration must not change', async (context) => {
  const { pool, directory, write } = await fixture(context);
  await write('0001-make', 'create table thing (id int)');
  await migrate(pool, { schema: 's', directory });
  await write('0001-make', 'create table thing (id bigint)');
  await assert.rejects(
    migrate(pool, { schema: 's', directory }),
    /0001-make of schema s was changed after it was applied/,
  );
});

test('other line ends make no other migration', async (context) => {
  const { pool, directory, write } = await fixture(context);
  await write('0001-make', 'create table\nthing (id int)');
  await migrate(pool, { schema: 's', directory });
  await write('0001-make', 'create table\r\nthing (id int)');
  assert.deepEqual(await migrate(pool, { schema: 's', directory }), { applied: [] });
});

test('an older version refuses a database that a newer one has migrated', async (context) => {
  const { pool, directory, write } = await fixture(context);
  await write('0001-make', 'create table thing (id int)');
  await write('0002-newer', 'create table newer (id int)');
  await migrate(pool, { schema: 's', directory });
  await rm(join(directory, '0002-newer'), { recursive: true });
  await assert.rejects(migrate(pool, { schema: 's', directory }), /0002-newer, which this version doesn't know/);
});

test('a migration that slipped in before an applied one is refused', async (context) => {
  const { pool, directory, write } = await fixture(context);
  await write('0002-second', 'create table second (id int)');
  await migrate(pool, { schema: 's', directory });
  await write('0001-first', 'create table first (id int)');
  await assert.rejects(migrate(pool, { schema: 's', directory }), /0001-first of schema s comes before 0002-second/);
});

test('a directory that is not as it should be is refused before anything runs', async (context) => {
  const { pool, directory, write } = await fixture(context);
  const settings = { schema: 's', directory };
  await assert.rejects(migrate(pool, { schema: 's', directory: join(directory, 'missing') }), /can't be read/);
  await write('0001-a', 'select 1');
  await write('0001-b', 'select 1');
  await assert.rejects(migrate(pool, settings), /have the same number: 0001-a and 0001-b/);
  await rm(join(directory, '0001-b'), { recursive: true });
  await write('two', 'select 1');
  await assert.rejects(migrate(pool, settings), /is not named like 0001-what-it-does/);
  await rm(join(directory, 'two'), { recursive: true });
  await mkdir(join(directory, '0002-empty'));
  await assert.rejects(migrate(pool, settings), /has no up.sql/);
});
