import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Fault } from '#errors/fault.ts';
import { newId } from '#kernel/ids.ts';
import { type Cut, startCuttingProxy } from '#testkit/cutting-proxy.ts';
import { revocations } from '#testkit/journal-contract.ts';
import { test } from '#testkit/test.ts';
import { withTemporaryLog } from '../testing.ts';
import { REMEMBERED_MAX_STREAMS } from './stream-versions.ts';

for (const cut of ['before-it-arrives', 'before-its-answer'] satisfies Cut[]) {
  test(`a commit whose connection is cut ${cut} is written exactly once`, () =>
    withTemporaryLog(async (log) => {
      await using proxy = await startCuttingProxy(log.connectionString);
      const journal = await log.open({ connectionString: proxy.connectionString });
      await journal.append(revocations('first', 0, [newId()]));
      for (let n = 0; n < 5; n += 1) {
        const marker = `key-marked${n}`;
        proxy.cutAt(marker, cut);
        const results = await Promise.all([
          journal.append(revocations(`marked${n}`, 0, [newId()])),
          journal.append(revocations(`beside${n}`, 0, [newId(), newId()])),
        ]);
        assert.deepEqual(
          results.map((result) => result.kind === 'appended' && result.position),
          [2 + n * 3, 4 + n * 3],
        );
      }
      assert.equal(proxy.cuts(), 5);
      const rows = await log.query('select count(*)::int as events, max(position)::int as last from journal.event');
      assert.deepEqual(rows, [{ events: 16, last: 16 }]);
    }));
}

test('a writer that loses its connection in mid-commit to a successor does not write over it', () =>
  withTemporaryLog(async (log) => {
    await using proxy = await startCuttingProxy(log.connectionString);
    let fenced = 0;
    const old = await log.open({ connectionString: proxy.connectionString, onFenced: () => (fenced += 1) });
    const young = await log.open();
    await young.append(revocations('a', 0, [newId()]));
    proxy.cutAt('key-b', 'before-its-answer');
    await assert.rejects(old.append(revocations('b', 0, [newId()])));
    assert.equal(fenced, 1);
    assert.equal((await log.query('select 1 from journal.event')).length, 1);
  }));

test('a database that answers but takes no rows: what waits is refused after the grace, and nothing of it comes later', () =>
  withTemporaryLog(async (log) => {
    const journal = await log.open({ config: { reconnectGraceMs: 50 } });
    const setReadOnly = (value: 'on' | 'off') =>
      log.query(
        `begin read write;
         do $$ begin
           execute format('alter database %I set default_transaction_read_only = ${value}', current_database());
           perform pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and application_name = 'gateway journal writer';
         end $$;
         commit`,
      );
    await setReadOnly('on');
    const [{ now } = {}] = await log.query('select clock_timestamp()::text as now');
    const isUnderWayRefused = journal.append(revocations('a', 0, [newId()])).then(
      () => false,
      () => true,
    );
    // Its commit is tried once the writer has a connection again. Later appends wait behind it.
    const writers = `select from pg_stat_activity where datname = current_database()
      and application_name = 'gateway journal writer' and backend_start > '${now}'`;
    while ((await log.query(writers)).length === 0) await nextTurn();
    // Refused at last, and not queued behind a commit whose end is unknown.
    const isRefused = async (): Promise<boolean> =>
      journal.append(revocations(newId(), 0, [newId()])).then(
        () => false,
        (error) => error instanceof Fault && error.code === 'unavailable',
      );
    assert.equal(await isRefused(), true);
    assert.equal(await isRefused(), true);
    assert.equal(await isUnderWayRefused, true);
    assert.match(await journal.writeState(), /cannot be written/);
    await setReadOnly('off');
    while (await isRefused()) await nextTurn();
    assert.equal(await journal.writeState(), 'ok');
    // The database has said that it took nothing of the first, so a refusal is certain.
    assert.deepEqual(await journal.readStream('key-a'), []);
    assert.equal(await journal.head(), 1);
  }));

test('a commit under way is refused after the grace; where it was done all the same, followers read it in its place', () =>
  withTemporaryLog(async (log) => {
    await using proxy = await startCuttingProxy(log.connectionString);
    const journal = await log.open({ connectionString: proxy.connectionString, config: { reconnectGraceMs: 300 } });
    const seen: string[] = [];
    const follower = journal.subscribe({
      name: 'spec',
      afterPosition: 0,
      onEvents: (events) => void seen.push(...events.map(({ stream, position }) => `${position} ${stream}`)),
    });
    await journal.append(revocations('a', 0, [newId()]));
    const startedAtMs = performance.now();
    proxy.cutAt('key-b', 'before-its-answer');
    proxy.shut(true);
    const append = revocations('b', 0, [newId()]);
    await assert.rejects(journal.append(append), { code: 'unavailable', message: /not known/ });
    assert.ok(performance.now() - startedAtMs < 5_000);
    // At once, and not after the grace period again.
    await assert.rejects(journal.append(revocations('c', 0, [newId()])), { code: 'unavailable' });
    proxy.shut(false);
    const again = async () => journal.append(append).catch(() => undefined);
    let result = await again();
    while (result === undefined) result = await again();
    assert.deepEqual(result, { kind: 'appended', position: 2, isRepeat: true });
    await journal.append(revocations('d', 0, [newId()]));
    await follower.reached(3);
    assert.deepEqual(seen, ['1 key-a', '2 key-b', '3 key-d']);
  }));

for (const writer of ['thread', 'inline'] as const) {
  test(`a database that is silent in the middle of a commit does not hold up its author, nor a close: ${writer}`, () =>
    withTemporaryLog(async (log) => {
      await using proxy = await startCuttingProxy(log.connectionString);
      const { connectionString } = proxy;
      const journal = await log.open({ connectionString, config: { reconnectGraceMs: 300 }, writer });
      const startedAtMs = performance.now();
      proxy.cutAt('key-a', 'silently');
      proxy.shut(true);
      const refused = assert.rejects(journal.append(revocations('a', 0, [newId()])), { code: 'unavailable' });
      await journal.close();
      await refused;
      assert.ok(performance.now() - startedAtMs < 5_000);
    }));
}

test('a commit waits for the disk, also where the database does not by default', () =>
  withTemporaryLog(async (log) => {
    await log.query(
      `do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$;
       create table seen (synchronous_commit text);
       create function note() returns trigger language plpgsql security definer as $$ begin
         insert into public.seen values (current_setting('synchronous_commit')); return null;
       end $$;
       create trigger note after insert on journal.event for each statement execute function note()`,
    );
    const journal = await log.open();
    await journal.append(revocations('a', 0, [newId()]));
    assert.deepEqual(await log.query('select synchronous_commit from seen'), [{ synchronous_commit: 'on' }]);
  }));

test('an append that comes just before the one it follows is written after it', () =>
  withTemporaryLog(async (log) => {
    const journal = await log.open();
    const first = newId();
    const [usage, admission, late] = await Promise.all([
      journal.append(revocations('a', 1, [newId()])),
      journal.append(revocations('a', 0, [first])),
      journal.append(revocations('a', 3, [newId()])),
    ]);
    assert.deepEqual(admission, { kind: 'appended', position: 1, isRepeat: false });
    assert.deepEqual(usage, { kind: 'appended', position: 2, isRepeat: false });
    assert.deepEqual(late, { kind: 'version-conflict', actualVersion: 2 });
  }));

test('of two that follow the same one, the first is written and the other is told of it', () =>
  withTemporaryLog(async (log) => {
    const journal = await log.open();
    const [one, other] = await Promise.all([
      journal.append(revocations('a', 1, [newId()])),
      journal.append(revocations('a', 1, [newId()])),
      journal.append(revocations('a', 0, [newId()])),
    ]);
    assert.deepEqual(one, { kind: 'appended', position: 2, isRepeat: false });
    assert.deepEqual(other, { kind: 'version-conflict', actualVersion: 2 });
  }));

test('streams and terms a batch is about are known while others of it are looked up, whatever else is forgotten', () =>
  withTemporaryLog(async (log) => {
    const before = await log.open();
    await Promise.all(['x', 'y'].map((name) => before.append(revocations(name, 0, [newId()]))));
    const journal = await log.open({ writer: 'inline', config: { queueMaxAppends: REMEMBERED_MAX_STREAMS } });
    const term = { service: 'quota', epoch: 1 };
    const began = { eventId: newId(), type: 'TermBegan', data: { ...term, holder: 'somebody' } } as const;
    const beginning = { stream: 'term-quota', expectedVersion: 0, correlationId: '', causationId: '', events: [began] };
    // The two that would be forgotten next.
    await journal.append(beginning);
    await journal.append(revocations('a', 0, [newId()]));
    const others = Array.from({ length: REMEMBERED_MAX_STREAMS - 2 }, (_, index) =>
      journal.append(revocations(`other${index}`, 0, [newId()])),
    );
    await Promise.all(others);
    const results = await Promise.all([
      journal.append({ ...revocations('x', 1, [newId()]), term }),
      journal.append(revocations('y', 1, [newId()])),
      journal.append(revocations('a', 1, [newId()])),
    ]);
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ['appended', 'appended', 'appended'],
    );
  }));

test('a connection that hangs in a look-up is left after it, and the next append goes by another', () =>
  withTemporaryLog(async (log) => {
    await using proxy = await startCuttingProxy(log.connectionString);
    await (await log.open()).append(revocations('a', 0, [newId()]));
    const journal = await log.open({ connectionString: proxy.connectionString });
    proxy.cutAt('as asked(stream)', 'silently');
    await assert.rejects(journal.append(revocations('a', 1, [newId()])), { code: 'unavailable' });
    assert.equal(proxy.cuts(), 1);
    const startedAtMs = performance.now();
    const again = async () => journal.append(revocations('a', 1, [newId()])).catch(() => undefined);
    // Refused until the writer has its next connection.
    let result = await again();
    while (result === undefined) result = await again();
    assert.deepEqual(result, { kind: 'appended', position: 2, isRepeat: false });
    assert.ok(performance.now() - startedAtMs < 5_000);
  }));

test('a close does not wait for a connection that hangs', () =>
  withTemporaryLog(async (log) => {
    await using proxy = await startCuttingProxy(log.connectionString);
    const journal = await log.open({ connectionString: proxy.connectionString, writer: 'inline' });
    await journal.append(revocations('a', 0, [newId()]));
    // The driver's goodbye.
    proxy.cutAt('X\0\0\0\x04', 'silently');
    const startedAtMs = performance.now();
    await journal.close();
    assert.equal(proxy.cuts(), 1);
    assert.ok(performance.now() - startedAtMs < 3_000);
  }));

test('a name that no stream can have is refused, and holds up no other append', () =>
  withTemporaryLog(async (log) => {
    const journal = await log.open();
    const isRefused = (thrown: unknown): boolean => thrown instanceof Fault && thrown.code === 'invalid_request';
    for (const stream of ['', 'key-\u0000', 'ü'.repeat(513)]) {
      for (const expectedVersion of [0, 1]) {
        const append = { ...revocations('a', expectedVersion, [newId()]), stream };
        const [refused, other] = await Promise.allSettled([
          journal.append(append),
          journal.append(revocations(newId(), 0, [newId()])),
        ]);
        assert.ok(refused.status === 'rejected' && isRefused(refused.reason), JSON.stringify(stream.slice(0, 9)));
        assert.equal(other.status, 'fulfilled');
      }
    }
    const longest = { ...revocations('a', 0, [newId()]), stream: '\u{1f600}'.repeat(512) };
    assert.equal((await journal.append(longest)).kind, 'appended');
  }));

test('an append beyond a limit of PostgreSQL is refused, and holds up no other', () =>
  withTemporaryLog(async (log) => {
    await log.query('create index on journal.event (correlation_id)');
    const journal = await log.open();
    const beyond = { ...revocations('a', 0, [newId()]), correlationId: randomBytes(9_000).toString('hex') };
    const [refused, other] = await Promise.allSettled([
      journal.append(beyond),
      journal.append(revocations('b', 0, [newId()])),
    ]);
    assert.equal(refused.status, 'rejected');
    assert.equal(other.status, 'fulfilled');
  }));
