import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { createLogger } from '#telemetry/logger.ts';
import { type CuttingProxy, startCuttingProxy } from '#testkit/cutting-proxy.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { type Scope, test } from '#testkit/test.ts';
import { campaign, type Lease } from './campaign.ts';

const TTL_MS = 2_000;
const logger = createLogger({ level: 'silent', service: 'leadership' });
const options = { timeoutMs: 30_000 };

interface Rivals {
  readonly connectionString: string;
  readonly pool: pg.Pool;
  /** Stands for election; gives everything back at the end of the test. */
  run(holder: string, pool?: pg.Pool): Promise<Lease>;
  open(connectionString: string): pg.Pool;
}

async function rivals(context: Scope): Promise<Rivals> {
  const stack = new AsyncDisposableStack();
  context.defer(() => stack.disposeAsync());
  const { connectionString } = stack.use(await createTemporaryDatabase());
  const directory = fileURLToPath(new URL('../../services/quota/migrations', import.meta.url));
  await migrate(connectionString, { schema: 'quota', directory });
  const open = (address: string): pg.Pool =>
    stack.adopt(openPool({ connectionString: address, max: 2, applicationName: 'leadership-test' }), (pool) =>
      pool.end(),
    );
  const pool = open(connectionString);
  const ending = new AbortController();
  return {
    connectionString,
    pool,
    open,
    async run(holder, through = pool) {
      const standing = campaign({ pool: through, schema: 'quota', part: 0, holder, logger, signal: ending.signal });
      stack.defer(async () => {
        ending.abort();
        await (await standing.catch(() => undefined))?.release();
      });
      return standing;
    },
  };
}

/** Resolves when the condition holds; rejects if that takes longer. */
async function within(timeoutMs: number, what: string, holds: () => boolean): Promise<number> {
  const startedAtMs = performance.now();
  while (!holds()) {
    if (performance.now() - startedAtMs > timeoutMs) assert.fail(`not within ${timeoutMs} ms: ${what}`);
    await pause(5);
  }
  return performance.now() - startedAtMs;
}

/** Breaks every connection that sends a statement about the lease, until the returned function is called. */
function cutAll(proxy: CuttingProxy): () => void {
  const cut = (): void => proxy.cutAt('.lease', 'before-it-arrives');
  cut();
  const timer = setInterval(cut, 5);
  return () => {
    clearInterval(timer);
    // The last armed pattern must match nothing.
    proxy.cutAt('no statement says this', 'before-it-arrives');
  };
}

test('of two one leads, and the other one follows within 500 ms of its release', options, async (context) => {
  const { run } = await rivals(context);
  const standing = ['a', 'b'].map(async (holder) => ({ holder, lease: await run(holder) }));
  const leader = await Promise.race(standing);
  let follower: Lease | undefined;
  const other = standing[leader.holder === 'a' ? 1 : 0];
  void other?.then(({ lease }) => (follower = lease));
  await pause(TTL_MS + 500);
  assert.equal(follower, undefined, 'renewed, a lease outlives its time');
  assert.ok(leader.lease.isHeld());
  await Promise.all([leader.lease.release(), leader.lease.release()]);
  assert.equal(leader.lease.isHeld(), false);
  await within(500, 'the other one leads', () => follower?.isHeld() === true);
});

test('two processes of the same name are two', options, async (context) => {
  const { run } = await rivals(context);
  const first = await run('gateway');
  let second: Lease | undefined;
  run('gateway').then(
    (lease) => (second = lease),
    () => undefined,
  );
  await pause(TTL_MS + 500);
  assert.ok(first.isHeld());
  assert.equal(second, undefined);
});

test('a holder that cannot renew is silent before another leads, and learns that it lost', options, async (context) => {
  const { run, open, connectionString } = await rivals(context);
  await using proxy = await startCuttingProxy(connectionString);
  const old = await run('old', open(proxy.connectionString));
  const standing = run('new').then((lease) => ({ lease, wasOldHeld: old.isHeld() }));
  await pause(100);
  const heal = cutAll(proxy);
  const { lease, wasOldHeld } = await standing;
  assert.equal(wasOldHeld, false);
  assert.ok(lease.isHeld());
  heal();
  assert.match((await old.lost).message, /another process leads quota/);
  assert.equal(old.isHeld(), false);
});

for (const [outage, outageMs, isSilent] of [
  ['shorter', 700, false],
  ['longer', TTL_MS + 1_000, true],
] as const) {
  test(`an outage ${outage} than the lease, with nobody else, ends nothing`, options, async (context) => {
    const { run, open, connectionString } = await rivals(context);
    await using proxy = await startCuttingProxy(connectionString);
    const lease = await run('only', open(proxy.connectionString));
    let lost: Error | undefined;
    void lease.lost.then((error) => (lost = error));
    const heal = cutAll(proxy);
    let wasSilent = false;
    const endsAtMs = performance.now() + outageMs;
    while (performance.now() < endsAtMs) {
      wasSilent ||= !lease.isHeld();
      await pause(5);
    }
    assert.ok(proxy.cuts() > 0);
    assert.equal(wasSilent, isSilent);
    heal();
    await within(1_500, 'it leads again', () => lease.isHeld());
    assert.equal(lost, undefined);
  });
}

test('a database that hangs makes the leader silent in time, and leading again after it', options, async (context) => {
  const { run, pool } = await rivals(context);
  const lease = await run('only');
  const locker = await pool.connect();
  await locker.query('begin; lock table quota.lease in access exclusive mode');
  const silentAfterMs = await within(TTL_MS, 'it is silent', () => !lease.isHeld());
  assert.ok(silentAfterMs > 500, 'a lease is not given up before its time');
  await locker.query('rollback');
  locker.release();
  await within(2_000, 'it leads again', () => lease.isHeld());
});

test('a release returns soon also while the database hangs', options, async (context) => {
  const { run, pool } = await rivals(context);
  const lease = await run('only');
  const locker = await pool.connect();
  await locker.query('begin; lock table quota.lease in access exclusive mode');
  const startedAtMs = performance.now();
  await lease.release();
  assert.ok(performance.now() - startedAtMs < 4_000);
  await locker.query('rollback');
  locker.release();
});

test('a pool whose connections are all busy does not cost the lease', options, async (context) => {
  const { run, pool } = await rivals(context);
  const lease = await run('busy');
  const queries = [1, 2, 3, 4].map(() => pool.query('select pg_sleep(1.5)'));
  let wasSilent = false;
  const endsAtMs = performance.now() + 2_800;
  while (performance.now() < endsAtMs) {
    wasSilent ||= !lease.isHeld();
    await pause(5);
  }
  assert.equal(wasSilent, false);
  await Promise.all(queries);
});

test('a wait for the lease ends with its signal', options, async (context) => {
  const { run, pool } = await rivals(context);
  await run('leader');
  const waiting = campaign({ pool, schema: 'quota', part: 0, holder: 'x', logger, signal: AbortSignal.timeout(400) });
  await assert.rejects(waiting, { name: 'AbortError' });
});

for (const end of ["clock_timestamp() + interval '1 hour'", "'infinity'"]) {
  test(`a lease of a clock that was wrong, until ${end}, keeps nobody out`, options, async (context) => {
    const { run, pool } = await rivals(context);
    await pool.query(`insert into quota.lease values (0, 'gone', ${end})`);
    let lease: Lease | undefined;
    void run('next').then((taken) => (lease = taken));
    await within(3_500, 'the next one leads', () => lease?.isHeld() === true);
  });
}

test('a holder stays one though the clock it is renewed by is set back', options, async (context) => {
  const { run, pool } = await rivals(context);
  const holder = await run('holder');
  let lost: Error | undefined;
  void holder.lost.then((error) => (lost = error));
  let other: Lease | undefined;
  void run('other').then(
    (lease) => (other = lease),
    () => undefined,
  );
  await pause(300);
  // How that would look: the end by the earlier clock, until the next renewal.
  await pool.query(`update quota.lease set expires_at = expires_at + interval '1 hour'`);
  await pause(TTL_MS + 500);
  assert.ok(holder.isHeld());
  assert.deepEqual([lost, other], [undefined, undefined]);
});
