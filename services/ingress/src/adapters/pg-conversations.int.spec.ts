import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { createLogger } from '#telemetry/logger.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { afterAll, test } from '#testkit/test.ts';
import type { ConversationItem } from '../responses/conversations/conversation-store.ts';
import { createPgConversations } from './pg-conversations.ts';

const database = await createTemporaryDatabase();
const { connectionString } = database;
const pool = openPool({ connectionString, max: 4, applicationName: 'conversations test', isDurable: true });
await migrate(pool, { schema: 'ingress', directory: join(import.meta.dirname, '../../migrations') });
const logger = createLogger({ level: 'silent', service: 'ingress' });
const store = createPgConversations({ pool, keyPepper: 'ab'.repeat(32), logger });
afterAll(async () => {
  store.close();
  await pool.end();
  await database[Symbol.asyncDispose]();
});

const item = (id: string, json = `{"secret":"${id}"}`): ConversationItem => ({ id, json, model: 'gpt' });
const bounds = { bytesMax: 1_000_000, room: async () => undefined };

async function begun(items: readonly ConversationItem[] = [], userId = 'ada'): Promise<string> {
  const id = `conv_${randomUUID()}`;
  const created = await store.create(userId, { id, metadata: { a: 'b' } }, items, 30);
  assert.ok(created !== 'full');
  const { createdAtS, ...told } = created;
  assert.deepEqual(told, { id, metadata: { a: 'b' } });
  assert.ok(createdAtS > 1_700_000_000);
  return id;
}

const idsOf = (items: Awaited<ReturnType<typeof store.all>>): unknown =>
  typeof items === 'string' ? items : items.map(({ id }) => id);

test('items come in their order, all of them and page by page', async () => {
  const items = ['a', 'b', 'c', 'd'].map((id) => item(id));
  const id = await begun(items.slice(0, 2));
  assert.equal(await store.append('ada', id, items.slice(2), 30), 'added');
  assert.deepEqual(await store.all('ada', id, bounds), items);
  const up = { after: null, limit: 2, isAscending: true };
  assert.deepEqual(await store.page('ada', id, up), items.slice(0, 3));
  assert.deepEqual(await store.page('ada', id, { ...up, after: 'b' }), items.slice(2));
  assert.deepEqual(await store.page('ada', id, { ...up, isAscending: false }), items.slice(1).toReversed());
  assert.deepEqual(await store.page('ada', id, { ...up, after: 'c', isAscending: false }), [items[1], items[0]]);
  assert.equal(await store.page('ada', id, { ...up, after: 'x' }), undefined);
  assert.deepEqual(await store.item('ada', id, 'b'), items[1]);
  assert.equal(await store.removeItem('ada', id, 'b'), true);
  assert.equal(await store.removeItem('ada', id, 'b'), false);
  assert.deepEqual(idsOf(await store.all('ada', id, bounds)), ['a', 'c', 'd']);
});

test('one whose first items are more than it holds is not begun', async () => {
  const id = `conv_${randomUUID()}`;
  const long = item('a', 'x'.repeat(9 * 1024 * 1024));
  assert.equal(await store.create('ada', { id, metadata: {} }, [long, { ...long, id: 'b' }], 30), 'full');
  assert.equal(await store.read('ada', id), undefined);
});

test('turns that are added at once come one after the other, each whole', async () => {
  const id = await begun();
  await Promise.all(
    Array.from({ length: 20 }, (_, at) => store.append('ada', id, [item(`${at} in`), item(`${at} out`)], 30)),
  );
  const items = await store.all('ada', id, bounds);
  assert.ok(typeof items !== 'string');
  assert.equal(items.length, 40);
  for (let at = 0; at < items.length; at += 2) {
    assert.equal(items[at + 1]?.id, items[at]?.id.replace('in', 'out'));
  }
});

test('a conversation is its owner’s, and goes with the owner', async () => {
  const id = await begun([item('a')]);
  assert.equal(await store.read('eve', id), undefined);
  assert.equal(await store.all('eve', id, bounds), 'missing');
  assert.equal(await store.append('eve', id, [item('b')], 30), 'missing');
  assert.equal(await store.item('eve', id, 'a'), undefined);
  assert.equal(await store.removeItem('eve', id, 'a'), false);
  assert.equal(await store.setMetadata('eve', id, {}), undefined);
  assert.equal(await store.remove('eve', id), false);
  const other = await begun([item('a')], 'bob');
  await store.removeAllOf('bob');
  assert.equal(await store.all('bob', other, bounds), 'missing');
  assert.equal((await pool.query('select from ingress.conversation_item where user_id = $1', ['bob'])).rowCount, 0);
  assert.deepEqual(idsOf(await store.all('ada', id, bounds)), ['a']);
});

test('what is too long is neither added nor read', async () => {
  const id = await begun([item('a')]);
  assert.equal(await store.all('ada', id, { ...bounds, bytesMax: 10 }), 'too-long');
  const crowded = { ...bounds, room: () => Promise.reject(new Error('crowded')) };
  await assert.rejects(store.all('ada', id, crowded), /crowded/);
  const long = 'x'.repeat(9 * 1024 * 1024);
  assert.equal(await store.append('ada', id, [item('b', long)], 30), 'added');
  assert.equal(await store.append('ada', id, [item('c', long)], 30), 'full');
  assert.deepEqual(idsOf(await store.all('ada', id, { ...bounds, bytesMax: 1e9 })), ['a', 'b']);
  // What was taken away makes room again.
  await store.removeItem('ada', id, 'b');
  assert.equal(await store.append('ada', id, [item('c', long)], 30), 'added');
});

test('what has expired is not there, and is swept; a turn makes a conversation live longer', async () => {
  const id = await begun([item('a')]);
  const soon = `update ingress.conversation set expires_at = now() + interval '1 h' where id = $1`;
  await pool.query(soon, [id]);
  await store.append('ada', id, [item('b')], 30);
  const { rows } = await pool.query<{ days: number }>(
    `select extract(day from expires_at - now())::integer as days from ingress.conversation where id = $1`,
    [id],
  );
  assert.ok((rows[0]?.days ?? 0) >= 29);
  await pool.query(`update ingress.conversation set expires_at = now() - interval '1 s' where id = $1`, [id]);
  assert.equal(await store.read('ada', id), undefined);
  assert.equal(await store.all('ada', id, bounds), 'missing');
  assert.equal(await store.append('ada', id, [item('c')], 30), 'missing');
  assert.equal(await store.remove('ada', id), false);
  assert.equal(await store.sweep(), 1);
});

test('the database has nothing of it to read, and a row that was moved opens for nobody', async () => {
  const id = await begun([item('a')]);
  const { rows } = await pool.query<{ sealed: Buffer }>(
    'select sealed from ingress.conversation_item where conversation_id = $1',
    [id],
  );
  assert.equal(rows[0]?.sealed.includes('secret'), false);
  await pool.query(`update ingress.conversation_item set id = 'moved' where conversation_id = $1`, [id]);
  await assert.rejects(store.all('ada', id, bounds));
});
