import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import { chainHash, GENESIS, leafHash } from '#journal/chain.ts';
import { newId } from '#kernel/ids.ts';
import { revocations, testJournalContract } from '#testkit/journal-contract.ts';
import { test } from '#testkit/test.ts';
import { withTemporaryLog } from './testing.ts';

testJournalContract('PostgreSQL', (use) => withTemporaryLog(async (log) => use(await log.open())));
testJournalContract('PostgreSQL, without a thread', (use) =>
  withTemporaryLog(async (log) => use(await log.open({ writer: 'inline' }))),
);

test('the chain recomputes from what is stored, from the first event on', () =>
  withTemporaryLog(async (log) => {
    const journal = await log.open();
    await Promise.all(Array.from({ length: 40 }, (_, n) => journal.append(revocations(`k${n}`, 0, [newId()]))));
    let chain: Buffer = GENESIS;
    for (const event of await journal.readStored(0, 100)) {
      chain = chainHash(chain, leafHash(event));
      assert.deepEqual(event.chain, chain);
    }
    assert.deepEqual(journal.logHead().chain, chain);
  }));

test('a writer that has been succeeded can write no more, and hears of it', () =>
  withTemporaryLog(async (log) => {
    let fenced = 0;
    const old = await log.open({ onFenced: () => (fenced += 1) });
    await old.append(revocations('a', 0, [newId()]));
    const young = await log.open();
    await assert.rejects(
      old.append(revocations('b', 0, [newId()])),
      (error) => error instanceof Fault && error.code === 'unavailable',
    );
    assert.equal(fenced, 1);
    assert.deepEqual(await young.append(revocations('b', 0, [newId()])), {
      kind: 'appended',
      position: 2,
      isRepeat: false,
    });
    const epochs = await log.query('select epoch from journal.event order by position');
    assert.deepEqual(epochs, [{ epoch: 1 }, { epoch: 2 }]);
  }));

test('a repeat is recognised by a writer that never saw the first', () =>
  withTemporaryLog(async (log) => {
    const request = revocations('a', 0, [newId()]);
    await (await log.open()).append(request);
    const next = await log.open();
    assert.deepEqual(await next.append(request), { kind: 'appended', position: 1, isRepeat: true });
    assert.deepEqual(await next.append(revocations('a', 0, [newId()])), { kind: 'version-conflict', actualVersion: 1 });
    assert.equal((await next.append(revocations('a', 1, [newId()]))).kind, 'appended');
  }));

test('nobody changes or removes an event, not even the owner of the table', () =>
  withTemporaryLog(async (log) => {
    const journal = await log.open();
    await journal.append(revocations('a', 0, [newId()]));
    for (const sql of [
      "update journal.event set body = '{}'",
      'delete from journal.event',
      'truncate journal.event',
      'set role gateway_journal; update journal.event set version = 2',
    ]) {
      await assert.rejects(log.query(sql), (error) => (error as { code?: string }).code === '42501', sql);
    }
    assert.equal((await journal.readStream('key-a')).length, 1);
  }));

test('an id that is no UUID and an append without events are refused', () =>
  withTemporaryLog(async (log) => {
    const journal = await log.open();
    for (const request of [revocations('a', 0, ['no-uuid']), revocations('a', 0, [])]) {
      await assert.rejects(
        journal.append(request),
        (error) => error instanceof Fault && error.code === 'invalid_request',
      );
    }
    assert.equal(await journal.head(), 0);
  }));
