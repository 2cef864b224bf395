import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { createTemporaryDatabase, type TemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { bigintArray, byteaArray, int2Array, int4Array, textArray, uuidArray } from './binary-array.ts';
import { openPool } from './pool.ts';

let database: TemporaryDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTemporaryDatabase();
  pool = openPool({ connectionString: database.connectionString, max: 2, applicationName: 'binary-array' });
});

afterAll(async () => {
  await pool.end();
  await database[Symbol.asyncDispose]();
});

async function roundTrip(type: string, array: Buffer): Promise<unknown[]> {
  const result = await pool.query<{ value: unknown }>(
    `select value from unnest($1::${type}[]) with ordinality as item (value, place) order by place`,
    [array],
  );
  return result.rows.map((row) => row.value);
}

test('bigints come back as they were, both ends of the range included', async () => {
  const values = [0n, -1n, 1n, 2n ** 63n - 1n, -(2n ** 63n), 1_500_000_000n];
  assert.deepEqual(await roundTrip('bigint', bigintArray(values)), values);
  assert.deepEqual(await roundTrip('bigint', bigintArray([7, Number.MAX_SAFE_INTEGER])), [7n, 9007199254740991n]);
});

test('integers and small integers come back as they were', async () => {
  assert.deepEqual(
    await roundTrip('integer', int4Array([0, -1, 2 ** 31 - 1, -(2 ** 31)])),
    [0, -1, 2147483647, -2147483648],
  );
  assert.deepEqual(await roundTrip('smallint', int2Array([0, -1, 32767, -32768])), [0, -1, 32767, -32768]);
});

test('texts come back as they were: quotes, braces, backslashes, NULL as a word, emoji, empty', async () => {
  const values = [
    '',
    'a"b',
    "it's",
    '{a,b}',
    'back\\slash',
    'NULL',
    'line\nbreak\ttab',
    'äöü 漢字 🦊',
    'x'.repeat(70_000),
  ];
  assert.deepEqual(await roundTrip('text', textArray(values)), values);
});

test('text arrays are taken for json as well, byte for byte', async () => {
  const body = '{ "b":1,  "a":"\\u0000 ä" }';
  const result = await pool.query<{ body: string }>('select item::json::text as body from unnest($1::text[]) as item', [
    textArray([body]),
  ]);
  assert.equal(result.rows[0]?.body, body);
});

test('bytes and UUIDs come back as they were', async () => {
  const bytes = [Buffer.alloc(0), Buffer.from([0, 255, 92, 39]), Buffer.alloc(70_000, 7)];
  assert.deepEqual(await roundTrip('bytea', byteaArray(bytes)), bytes);
  const ids = [
    randomUUID(),
    randomUUID(),
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
  ];
  assert.deepEqual(await roundTrip('uuid', uuidArray(ids)), ids);
  assert.deepEqual(await roundTrip('uuid', uuidArray(['A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'])), [
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  ]);
});

test('empty arrays are empty arrays of their type', async () => {
  const empties = { bigint: bigintArray([]), integer: int4Array([]), smallint: int2Array([]), text: textArray([]) };
  for (const [type, array] of Object.entries({ ...empties, bytea: byteaArray([]), uuid: uuidArray([]) })) {
    assert.deepEqual(await roundTrip(type, array), []);
  }
});

test('columns of one batch stay side by side in one unnest', async () => {
  const result = await pool.query(
    `select id, name, amount from unnest($1::uuid[], $2::text[], $3::bigint[]) as item (id, name, amount)`,
    [uuidArray(['00000000-0000-0000-0000-00000000000a']), textArray(['a']), bigintArray([1n])],
  );
  assert.deepEqual(result.rows, [{ id: '00000000-0000-0000-0000-00000000000a', name: 'a', amount: 1n }]);
});
