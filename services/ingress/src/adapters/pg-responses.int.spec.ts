import assert from 'node:assert/strict';
import { join } from 'node:path';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { createLogger } from '#telemetry/logger.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { afterAll, test } from '#testkit/test.ts';
import type { StoredResponse } from '../responses/response-store.ts';
import { createPgResponses } from './pg-responses.ts';

const database = await createTemporaryDatabase();
const { connectionString } = database;
const pool = openPool({ connectionString, max: 2, applicationName: 'responses test', isDurable: true });
await migrate(pool, { schema: 'ingress', directory: join(import.meta.dirname, '../../migrations') });
const keyPepper = 'ab'.repeat(32);
const responses = createPgResponses({ pool, keyPepper, logger: createLogger({ level: 'silent', service: 'ingress' }) });
afterAll(async () => {
  responses.close();
  await pool.end();
  await database[Symbol.asyncDispose]();
});

const rooms: number[] = [];
const bounds = { turnsMax: 10, bytesMax: 1_000_000, room: async (bytes: number) => void rooms.push(bytes) };

function turn(id: string, previousId: string | null = null, userId = 'ada'): StoredResponse {
  return { id, userId, previousId, input: [`{"role":"user","content":"secret of ${id}"}`], response: `{"id":"${id}"}` };
}

const expire = (id: string) =>
  pool.query(`update ingress.stored_response set expires_at = now() - interval '1 s' where id = $1`, [id]);

test('a response is read as it was kept, by its owner alone, and a repeat changes nothing', async () => {
  await responses.keep(turn('one'), 30);
  await responses.keep({ ...turn('one'), response: '{"other":1}' }, 30);
  assert.deepEqual(await responses.read('ada', 'one'), turn('one'));
  assert.equal(await responses.read('eve', 'one'), undefined);
  assert.equal(await responses.remove('eve', 'one'), false);
});

test('a conversation comes in its order, and ends where a turn is gone', async () => {
  await responses.keep(turn('a'), 30);
  await responses.keep(turn('b', 'a'), 30);
  await responses.keep(turn('c', 'b'), 30);
  assert.deepEqual(await responses.conversation('ada', 'c', bounds), [turn('a'), turn('b', 'a'), turn('c', 'b')]);
  assert.ok((rooms.at(-1) ?? 0) > 200);
  const crowded = { ...bounds, room: () => Promise.reject(new Error('crowded')) };
  await assert.rejects(responses.conversation('ada', 'c', crowded), /crowded/);
  assert.equal(await responses.conversation('ada', 'nobody', crowded), 'missing');
  assert.equal(await responses.conversation('eve', 'c', bounds), 'missing');
  assert.equal(await responses.conversation('ada', 'c', { ...bounds, turnsMax: 2 }), 'too-long');
  assert.equal(await responses.conversation('ada', 'c', { ...bounds, bytesMax: 100 }), 'too-long');
  assert.equal(await responses.remove('ada', 'a'), true);
  assert.equal(await responses.remove('ada', 'a'), false);
  assert.equal(await responses.conversation('ada', 'c', bounds), 'missing');
});

test('what has expired is not there, and is swept', async () => {
  await responses.keep(turn('old'), 30);
  await expire('old');
  assert.equal(await responses.read('ada', 'old'), undefined);
  assert.equal(await responses.conversation('ada', 'old', bounds), 'missing');
  assert.equal(await responses.remove('ada', 'old'), false);
  assert.equal(await responses.sweep(), 1);
});

test('all of a user’s go with the user', async () => {
  await responses.keep(turn('x', null, 'bob'), 30);
  await responses.removeAllOf('bob');
  assert.equal(await responses.read('bob', 'x'), undefined);
  assert.notEqual(await responses.read('ada', 'one'), undefined);
});

test('the database has nothing of it to read, and a row that was moved opens for nobody', async () => {
  await responses.keep(turn('sealed'), 30);
  const { rows } = await pool.query<{ sealed: Buffer }>(
    `select sealed from ingress.stored_response where id = 'sealed'`,
  );
  assert.equal(rows[0]?.sealed.includes('secret'), false);
  await pool.query(`update ingress.stored_response set user_id = 'eve' where id = 'sealed'`);
  await assert.rejects(responses.read('eve', 'sealed'));
});
