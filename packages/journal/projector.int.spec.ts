import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { pino } from 'pino';
import type { DeadLetterSource } from '#dead-letters/dead-letter-source.ts';
import { newId } from '#kernel/ids.ts';
import { openPool } from '#postgres/pool.ts';
import { type Cut, startCuttingProxy } from '#testkit/cutting-proxy.ts';
import { revocations } from '#testkit/journal-contract.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { type Scope, test } from '#testkit/test.ts';
import type { Subscriber } from './journal.ts';
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

async function openDatabase(t: Scope) {
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
  t.defer(async () => {
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

/** Simulates a crash of the server for transactions that did not wait for the disk: the last of them are gone. */
async function loseAfter(pool: pg.Pool, position: number): Promise<void> {
  await pool.query(
    `begin; delete from counted.position where position > ${position};
     update counted.checkpoint set position = ${position}; commit`,
  );
}

test('what the database lost in a crash is folded anew from the log before what comes', async (t) => {
  const { pool } = await openDatabase(t);
  const journal = createMemoryJournal();
  const projector = await startProjector(positions, { journal, pool, logger });
  for (const key of ['a', 'b', 'c', 'd']) await journal.append(revocations(key, 0, [newId()]));
  await projector.reached(4);
  await loseAfter(pool, 1);
  await journal.append(revocations('e', 0, [newId()]));
  await projector.reached(5);
  await projector.close();
  assert.deepEqual(await taken(pool), [1, 2, 3, 4, 5]);
  assert.equal(await readCheckpoint(pool, positions), 5);
});

test('what the database lost in a crash is folded anew though nothing comes', async (t) => {
  const { pool } = await openDatabase(t);
  const journal = createMemoryJournal();
  const projector = await startProjector(positions, { journal, pool, logger, checkMs: 20 });
  for (const key of ['a', 'b', 'c']) await journal.append(revocations(key, 0, [newId()]));
  await projector.reached(3);
  await loseAfter(pool, 1);
  const deadlineMs = Date.now() + 30_000;
  while ((await readCheckpoint(pool, positions)) < 3) assert.ok(Date.now() < deadlineMs);
  assert.deepEqual(await taken(pool), [1, 2, 3]);
  await projector.close();
});

test('an event that cannot be applied stops the projection there, is listed with its reason, and goes when it can be', async (t) => {
  const { pool } = await openDatabase(t);
  const journal = createMemoryJournal();
  for (const key of ['a', 'b', 'c', 'd', 'e']) await journal.append(revocations(key, 0, [newId()]));
  const poison = (await journal.readStream('key-c'))[0];
  await pool.query('alter table counted.position add constraint poison check (position <> 3)');
  let nowMs = 1_000;
  const projector = await startProjector(positions, { journal, pool, logger, clock: () => nowMs++ });
  const { deadLetters } = projector;
  assert.equal(deadLetters.consumer, 'counted.positions');
  await projectorStopped(deadLetters);

  const signal = AbortSignal.timeout(60_000);
  const [outcome] = await Array.fromAsync(deadLetters.retry({ kind: 'position', position: 3 }, signal));
  assert.equal(outcome?.isSettled, false);
  const [letter, ...more] = await deadLetters.list(0, 10);
  assert.ok(letter !== undefined && more.length === 0);
  assert.deepEqual(
    [letter.position, letter.eventId, letter.eventType, letter.stream, letter.failure.code],
    [3, poison?.eventId, 'ApiKeyRevoked', 'key-c', 'sqlstate_23514'],
  );
  assert.match(letter.failure.message, /violates check constraint "poison"/);
  assert.ok(letter.tries >= 2 && letter.firstTriedAtMs < letter.lastTriedAtMs);
  // Earlier events are applied; later ones are not.
  assert.deepEqual(await taken(pool), [1, 2]);
  assert.equal(await readCheckpoint(pool, positions), 2);

  await pool.query('alter table counted.position drop constraint poison');
  const [mended] = await Array.fromAsync(deadLetters.retry({ kind: 'all' }, signal));
  assert.ok(mended === undefined || mended.isSettled);
  await projector.reached(5);
  assert.deepEqual(await deadLetters.list(0, 10), []);
  assert.deepEqual(await taken(pool), [1, 2, 3, 4, 5]);
  await projector.close();
});

test('a projection that is behind takes batch after batch, and lets events gather when it has caught up', async (t) => {
  const { pool } = await openDatabase(t);
  const journal = createMemoryJournal();
  await journal.append(revocations('a', 0, Array.from({ length: 1_500 }, newId)));
  const pauses: number[] = [];
  const projector = await startProjector(positions, {
    journal,
    pool,
    logger,
    pause: async (ms) => void pauses.push(ms),
  });
  await projector.reached(1_500);
  assert.equal(pauses.length, 1);
  await journal.append(revocations('a', 1_500, [newId()]));
  await projector.reached(1_501);
  assert.equal(pauses.length, 2);
  await projector.close();
});

test('a few events at a time are let gather, also where more are known of', async (t) => {
  const { pool } = await openDatabase(t);
  const journal = createMemoryJournal();
  let pauses = 0;
  const goingOn = { ...journal, subscribe: (subscriber: Subscriber) => journal.subscribe(alwaysMore(subscriber)) };
  const projector = await startProjector(positions, {
    journal: goingOn,
    pool,
    logger,
    pause: async () => void pauses++,
  });
  await journal.append(revocations('a', 0, [newId(), newId()]));
  await projector.reached(2);
  assert.equal(pauses, 1);
  await projector.close();
});

const alwaysMore = (subscriber: Subscriber): Subscriber => ({
  ...subscriber,
  onEvents: (events) => subscriber.onEvents(events, true),
});

test('a database that is away stops no event', async (t) => {
  const { pool, proxy, throughProxy } = await openDatabase(t);
  const journal = createMemoryJournal();
  const projector = await startProjector(positions, { journal, pool: throughProxy, logger });
  proxy.cutAt('insert into position', 'before-it-arrives');
  await journal.append(revocations('a', 0, [newId()]));
  await until(() => proxy.cuts() === 1);
  assert.deepEqual(await projector.deadLetters.list(0, 10), []);
  await projector.reached(1);
  assert.deepEqual(await taken(pool), [1]);
  await projector.close();
});

async function projectorStopped(deadLetters: DeadLetterSource): Promise<void> {
  await until(async () => (await deadLetters.list(0, 1)).length > 0);
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isTrue()); tries += 1) {
    assert.ok(tries < 1_000, 'it must come true within some seconds');
    await pause(10);
  }
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
