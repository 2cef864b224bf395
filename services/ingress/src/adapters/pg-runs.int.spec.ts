import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { createLogger } from '#telemetry/logger.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { afterAll, describe, test } from '#testkit/test.ts';
import type { Run, RunStore } from '../responses/background/run-store.ts';
import type { ResponseStore, StoredResponse } from '../responses/response-store.ts';
import { createMemoryResponses } from '../responses/testing.ts';
import { createPgResponses } from './pg-responses.ts';
import { createPgRuns } from './pg-runs.ts';

const database = await createTemporaryDatabase();
const { connectionString } = database;
const pool = openPool({ connectionString, max: 2, applicationName: 'runs test', isDurable: true });
await migrate(pool, { schema: 'ingress', directory: join(import.meta.dirname, '../../migrations') });
const keyPepper = 'ab'.repeat(32);
const responses = createPgResponses({ pool, keyPepper, logger: createLogger({ level: 'silent', service: 'ingress' }) });
const runs = createPgRuns({ pool, keyPepper });
afterAll(async () => {
  responses.close();
  await pool.end();
  await database[Symbol.asyncDispose]();
});

function aResponse(id: string, text: string): StoredResponse {
  return { id, userId: 'ada', previousId: null, input: ['{"secret":1}'], response: `{"id":"${id}","text":"${text}"}` };
}

interface Stores {
  readonly store: RunStore;
  readonly responses: ResponseStore;
}

async function begun({ store }: Stores, isStreamed = true): Promise<Run> {
  const run = { userId: 'ada', id: `resp_${randomUUID()}`, attempt: randomUUID() };
  await store.begin(run, { response: aResponse(run.id, 'queued'), requestId: 'request-1', isStreamed }, 30);
  return run;
}

const memory = createMemoryResponses();
const kinds: readonly (readonly [string, Stores])[] = [
  ['PostgreSQL', { store: runs, responses }],
  ['memory', { store: memory, responses: memory }],
];

for (const [name, stores] of kinds) {
  const { store, responses: kept } = stores;
  describe(`runs in ${name}`, () => {
    test('a response is there from its beginning, and nobody goes on from it before its end', async () => {
      const run = await begun(stores);
      const bounds = { turnsMax: 10, bytesMax: 1_000_000, room: async () => undefined };
      assert.deepEqual(await kept.read('ada', run.id), aResponse(run.id, 'queued'));
      assert.equal(await kept.conversation('ada', run.id, bounds), 'missing');
      await store.save(run, aResponse(run.id, 'half'));
      assert.deepEqual(await kept.read('ada', run.id), aResponse(run.id, 'half'));
      const state = { requestId: 'request-1', isRunning: true, isAlive: true, isStreamed: true };
      assert.deepEqual(await store.state('ada', run.id), state);
      assert.equal(await store.end(run, aResponse(run.id, 'whole')), true);
      assert.deepEqual(await kept.conversation('ada', run.id, bounds), [aResponse(run.id, 'whole')]);
      assert.deepEqual(await store.state('ada', run.id), { ...state, isRunning: false });
      assert.equal(await store.state('eve', run.id), undefined);
    });

    test('of two who end a response the first has ended it, and nothing changes it after that', async () => {
      const run = await begun(stores);
      const first = { firstSeq: 0, lastSeq: 1, text: 'two events' };
      await store.addEvents(run, first);
      const ends = await Promise.all([
        store.end({ userId: run.userId, id: run.id }, aResponse(run.id, 'cancelled')),
        store.end(run, aResponse(run.id, 'whole'), { firstSeq: 2, lastSeq: 2, text: 'the end' }),
      ]);
      assert.equal(ends.filter(Boolean).length, 1);
      const before = await kept.read('ada', run.id);
      assert.match(before?.response ?? '', ends[0] ? /cancelled/ : /whole/);
      await store.save(run, aResponse(run.id, 'late'));
      await store.addEvents(run, { firstSeq: 3, lastSeq: 3, text: 'late' });
      assert.deepEqual(await kept.read('ada', run.id), before);
      assert.equal((await store.lastEvents('ada', run.id))?.lastSeq, ends[0] ? 1 : 2);
    });

    test('another try at a response writes nothing', async () => {
      const run = await begun(stores);
      const other = { ...run, attempt: randomUUID() };
      await store.save(other, aResponse(run.id, 'other'));
      assert.equal(await store.end(other, aResponse(run.id, 'other')), false);
      assert.deepEqual(await kept.read('ada', run.id), aResponse(run.id, 'queued'));
    });

    test('events come in their order, each piece once', async () => {
      const run = await begun(stores);
      const pieces = [
        { firstSeq: 0, lastSeq: 4, text: 'five' },
        { firstSeq: 5, lastSeq: 5, text: 'one' },
      ];
      for (const piece of pieces) await store.addEvents(run, piece);
      assert.deepEqual(await store.eventsAfter('ada', run.id, -1), pieces[0]);
      assert.deepEqual(await store.eventsAfter('ada', run.id, 3), pieces[0]);
      assert.deepEqual(await store.eventsAfter('ada', run.id, 4), pieces[1]);
      assert.equal(await store.eventsAfter('ada', run.id, 5), undefined);
      assert.equal(await store.eventsAfter('eve', run.id, -1), undefined);
      await store.dropEvents(run);
      assert.equal(await store.eventsAfter('ada', run.id, -1), undefined);
      assert.equal((await store.state('ada', run.id))?.isStreamed, false);
      await store.addEvents(run, { firstSeq: 6, lastSeq: 6, text: 'more' });
      assert.equal(await store.lastEvents('ada', run.id), undefined);
    });

    test('a run goes on until its response is ended, or deleted', async () => {
      const all = [await begun(stores), await begun(stores), await begun(stores)];
      const [ended, deleted, left] = all;
      assert.ok(ended && deleted && left);
      await store.end({ userId: 'ada', id: ended.id }, aResponse(ended.id, 'cancelled'));
      await kept.remove('ada', deleted.id);
      for (const isRenewing of [false, true]) {
        assert.deepEqual(await store.goingOn(all, isRenewing), new Set([left.attempt]));
      }
      assert.deepEqual(await store.goingOn([], true), new Set());
    });
  });
}

test('a run that is not renewed is taken for dead, and lives again where it was only late', async () => {
  const run = await begun({ store: runs, responses });
  const expire = `update ingress.stored_response set alive_until = now() - interval '1 s' where id = $1`;
  await pool.query(expire, [run.id]);
  assert.equal((await runs.state('ada', run.id))?.isAlive, false);
  await runs.goingOn([run], false);
  assert.equal((await runs.state('ada', run.id))?.isAlive, false, 'a look alone renews nothing');
  await runs.goingOn([run], true);
  assert.equal((await runs.state('ada', run.id))?.isAlive, true);
  await runs.orphanAll();
  assert.equal((await runs.state('ada', run.id))?.isAlive, false);
});

test('the database has nothing of it to read, and events go with their response', async () => {
  const run = await begun({ store: runs, responses });
  await runs.addEvents(run, { firstSeq: 0, lastSeq: 0, text: 'secret words' });
  const events = 'select sealed from ingress.response_event where response_id = $1';
  const { rows } = await pool.query<{ sealed: Buffer }>(events, [run.id]);
  assert.equal(rows[0]?.sealed.includes('secret'), false);
  await responses.remove('ada', run.id);
  assert.equal((await pool.query(events, [run.id])).rowCount, 0);
});
