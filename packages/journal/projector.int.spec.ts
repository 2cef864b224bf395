import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { pino } from 'pino';
import { newId } from '#kernel/ids.ts';
import { openPool } from '#postgres/pool.ts';
import { type Cut, startCuttingProxy } from '#testkit/cutting-proxy.ts';
import { revocations } from '#testkit/journal-contract.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import type { Projection } from './projection.ts';
import { readCheckpoint, startProjector } from './projector.ts';

const logger = pino({ level: 'silent' });

/** Takes no event twice: its key is the position. */
const positions: Projection = {
  name: 'counted.positions',
  schema: 'counted',
  tables: ['position'],
  async apply(transaction, events) {
    for (const event of events) await transaction.query('insert into position values ($1)', [event.position]);
  },
};

async function openDatabase(t: TestContext) {
  const database = await createTemporaryDatabase();
  const proxy = await startCuttingProxy(database.connectionString);
  const poolTo = (connectionString: string): pg.Pool => {
    const pool = openPool({ connectionString, max: 2, applicationName: 'projector test' });
    closing.push(() => pool.end());
    return pool;
  };
  const closing: (() => Promise<unknown>)[] = [
    () => database[Symbol.asyncDispose](),
    () => proxy[Symbol.asyncDispose](),
  ];
  t.after(async () => {
    for (const close of closing.toReversed()) await close();
  });
  const pool = poolTo(database.connectionString);
  await pool.query(
    `create schema counted; create table counted.position (position bigint primary key);
     create table counted.checkpoint (projection text primary key, position bigint not null)`,
  );
  return { pool, proxy, throughProxy: poolTo(proxy.connectionString) };
}

async function taken(pool: pg.Pool): Promise<number[]> {
  const { rows } = await pool.query('select position from counted.position order by position');
  return rows.map((row) => Number(row.position));
}

for (const cut of ['before-it-arrives', 'before-its-answer'] satisfies Cut[]) {
  test(`a batch whose commit is cut ${cut} is folded once, and the projection goes on`, async (t) => {
    const { pool, proxy, throughProxy } = await openDatabase(t);
    const journal = createMemoryJournal();
    const projector = await startProjector(positions, { journal, pool: throughProxy, logger });
    proxy.cutAt('commit\0', cut);
    await journal.append(revocations('a', 0, [newId()]));
    await journal.append(revocations('b', 0, [newId()]));
    await projector.reached(2);
    await projector.close();
    assert.equal(proxy.cuts(), 1);
    assert.deepEqual(await taken(pool), [1, 2]);
    assert.equal(await readCheckpoint(pool, positions), 2);
  });
}

test('a projector whose predecessor still wrote a batch goes on after it', async (t) => {
  const { pool } = await openDatabase(t);
  const journal = createMemoryJournal();
  const [old, young] = [
    await startProjector(positions, { journal, pool, logger }),
    await startProjector(positions, { journal, pool, logger }),
  ];
  await journal.append(revocations('a', 0, [newId()]));
  await journal.append(revocations('b', 0, [newId()]));
  await Promise.all([old.reached(2), young.reached(2)]);
  await Promise.all([old.close(), young.close()]);
  assert.deepEqual(await taken(pool), [1, 2]);
});
