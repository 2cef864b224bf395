import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { createLogger } from '#telemetry/logger.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { afterAll, test } from '#testkit/test.ts';
import type { Claim, Taken } from '../idempotency/claim-store.ts';
import { createPgClaims } from './pg-claims.ts';

const database = await createTemporaryDatabase();
const open = () =>
  openPool({ connectionString: database.connectionString, max: 4, applicationName: 'claims test', isDurable: true });
const pool = open();
await migrate(pool, { schema: 'ingress', directory: join(import.meta.dirname, '../../migrations') });
const logger = createLogger({ level: 'silent', service: 'ingress' });
const claims = createPgClaims({ pool, logger });
/** Another process. */
const otherPool = open();
const others = createPgClaims({ pool: otherPool, logger });
afterAll(async () => {
  claims.close();
  others.close();
  await Promise.all([pool.end(), otherPool.end()]);
  await database[Symbol.asyncDispose]();
});

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
let names = 0;

function asked(body = 'a body') {
  names += 1;
  return { keyHash: hash(`key ${names}`), bodyHash: hash(body), requestId: `request ${names}` };
}

function claimOf(taken: Taken): Claim {
  assert.ok('claim' in taken, taken.kind);
  return taken.claim;
}

const makeOld = (column: 'expires_at' | 'alive_until', { keyHash }: { keyHash: Buffer }): Promise<unknown> =>
  pool.query(`update ingress.claim set ${column} = now() - interval '1 hour' where key_hash = $1`, [keyHash]);

const piecesOf = async ({ keyHash }: { keyHash: Buffer }): Promise<number> =>
  (await pool.query('select from ingress.answer_piece where key_hash = $1', [keyHash])).rowCount ?? 0;

test('of any number of processes that take one key at once, exactly one has it', async () => {
  for (let round = 0; round < 20; round += 1) {
    const one = asked();
    const takes = Array.from({ length: 16 }, (_, index) => (index % 2 === 0 ? claims : others).take(one));
    const kinds = (await Promise.all(takes)).map(({ kind }) => kind).sort();
    assert.deepEqual(kinds, ['new', ...Array.from({ length: 15 }, () => 'running')]);
  }
});

test('of any number of processes that find an orphan at once, exactly one may look at it', async () => {
  const one = asked();
  const first = claimOf(await claims.take(one));
  await claims.orphan(first);
  const takes = await Promise.all(Array.from({ length: 16 }, (_, n) => (n % 2 === 0 ? claims : others).take(one)));
  const orphaned = takes.filter((taken) => taken.kind === 'orphaned');
  assert.equal(orphaned.length, 1);
  assert.ok(takes.every(({ kind }) => kind === 'orphaned' || kind === 'running'));
  assert.equal(orphaned[0]?.claim.requestId, one.requestId);
  assert.deepEqual(orphaned[0]?.claim.salt, first.salt);
});

test('whoever was taken over has the key no longer, and writes nothing', async () => {
  const one = asked();
  const first = claimOf(await claims.take(one));
  assert.equal(await claims.isMine(first), true);
  await makeOld('alive_until', one);
  const taken = claimOf(await others.take(one));
  const second = await others.rerun(taken, 'a new request');
  assert.ok(second);
  assert.equal(await claims.isMine(first), false);
  assert.equal(await claims.addPiece(first, { seq: 1, sealed: Buffer.from('late') }), false);
  assert.equal(await claims.keep(first, [{ seq: 0, sealed: Buffer.from('late') }]), false);
  await claims.release(first);
  await claims.leaveUnkept(first);
  assert.equal(await piecesOf(one), 0);
  assert.equal(await others.isMine(second), true);
  assert.equal(await others.keep(second, [{ seq: 0, sealed: Buffer.from('head') }]), true);
  assert.equal(claimOf(await claims.take(one)).requestId, 'a new request');
});

test('an orphan that is given back is its earlier try’s again', async () => {
  const one = asked();
  const first = claimOf(await claims.take(one));
  await makeOld('alive_until', one);
  const looked = await others.take(one);
  assert.ok(looked.kind === 'orphaned');
  assert.equal(await claims.isMine(first), false);
  await others.giveBack(looked.claim, looked.earlierAttempt);
  assert.equal(await claims.keep(first, [{ seq: 0, sealed: Buffer.from('head') }]), true);
  assert.equal((await others.take(one)).kind, 'kept');
});

test('an answer is kept in pieces, and read by whoever asks', async () => {
  const one = asked();
  const claim = claimOf(await claims.take(one));
  for (const seq of [1, 2]) {
    // A repeat after a lost answer changes nothing.
    for (let repeat = 0; repeat < 2; repeat += 1) {
      assert.equal(await claims.addPiece(claim, { seq, sealed: Buffer.from(`piece ${seq}`) }), true);
    }
  }
  const last = [
    { seq: 0, sealed: Buffer.from('head') },
    { seq: 3, sealed: Buffer.alloc(0) },
  ];
  assert.equal(await claims.keep(claim, last), true);
  assert.equal(await claims.keep(claim, last), true);
  const kept = await others.take(one);
  assert.equal(kept.kind, 'kept');
  const read = await Promise.all([0, 1, 2, 3].map((seq) => others.readPiece(claimOf(kept), seq)));
  assert.deepEqual(read.map(String), ['head', 'piece 1', 'piece 2', '']);
  assert.equal(await others.readPiece(claimOf(kept), 4), undefined);
});

test('another body is told apart, whatever became of the first', async () => {
  const one = asked();
  const other = { ...one, bodyHash: hash('another body') };
  const claim = claimOf(await claims.take(one));
  assert.equal((await others.take(other)).kind, 'other-body');
  await claims.keep(claim, []);
  assert.equal((await others.take(other)).kind, 'other-body');
});

test('a key that is released is free, for another body as well; one that is left unkept is not', async () => {
  const one = asked();
  await claims.release(claimOf(await claims.take(one)));
  const claim = claimOf(await claims.take({ ...one, bodyHash: hash('another body') }));
  await claims.addPiece(claim, { seq: 1, sealed: Buffer.from('x') });
  await claims.leaveUnkept(claim);
  assert.equal(await piecesOf(one), 0);
  assert.equal((await claims.take({ ...one, bodyHash: hash('another body') })).kind, 'unkept');
});

test('an answer that nobody needs any more goes, but not while someone waits for it', async () => {
  const one = asked();
  const claim = claimOf(await claims.take(one));
  await claims.finish(claim);
  assert.equal((await others.take(one)).kind, 'running', 'it is being executed');
  await claims.keep(claim, [{ seq: 0, sealed: Buffer.from('head') }]);
  await others.awaitEnd(one.keyHash);
  assert.equal(await claims.isAwaited(claim), true);
  await claims.finish(claim);
  assert.equal((await others.take(one)).kind, 'kept');
  assert.equal(String(await others.readPiece(claim, 0)), 'head');
  await pool.query("update ingress.claim set awaited_until = now() - interval '1 hour' where key_hash = $1", [
    one.keyHash,
  ]);
  assert.equal(await claims.isAwaited(claim), false);
  await others.finish(claim);
  assert.deepEqual([(await claims.take(one)).kind, await piecesOf(one)], ['new', 0]);
});

test('a claim that says how long it is kept is kept so long', async () => {
  const one = asked();
  const claim = claimOf(await claims.take({ ...one, keptS: 60 }));
  const left = async () =>
    (
      await pool.query(
        "select expires_at < now() + interval '2 minutes' as is_short from ingress.claim where key_hash = $1",
        [one.keyHash],
      )
    ).rows[0]?.is_short;
  assert.equal(await left(), true);
  await claims.keep(claim, []);
  assert.equal(await left(), true);
});

test('a key whose time is over is free, and its answer is deleted by a sweep', async () => {
  const one = asked();
  const claim = claimOf(await claims.take(one));
  await claims.keep(claim, [{ seq: 0, sealed: Buffer.from('head') }]);
  await makeOld('expires_at', one);
  assert.equal((await claims.take(one)).kind, 'new');
  assert.equal(await piecesOf(one), 0);

  // More than one batch.
  const old = Array.from({ length: 250 }, () => asked());
  for (const each of old)
    await claims.keep(claimOf(await claims.take(each)), [{ seq: 0, sealed: Buffer.from('head') }]);
  const young = asked();
  await claims.keep(claimOf(await claims.take(young)), []);
  await Promise.all(old.map((each) => makeOld('expires_at', each)));
  const [swept, sweptByOther] = await Promise.all([claims.sweep(), others.sweep()]);
  assert.equal(swept + sweptByOther, 250);
  assert.equal(await piecesOf(old[0] ?? young), 0);
  assert.equal((await claims.take(young)).kind, 'kept');
});

test('a claim at work does not grow old: no second execution begins beside a long one', async () => {
  const one = { ...asked(), keptS: 1 };
  const claim = claimOf(await claims.take(one));
  await makeOld('expires_at', claim);
  assert.equal((await others.take(one)).kind, 'running');
  await pool.query(`update ingress.claim set expires_at = now() - interval '1 day' where key_hash = $1`, [one.keyHash]);
  await claims.sweep();
  assert.equal((await others.take(one)).kind, 'running');
  assert.equal(await claims.keep(claim, []), true);
  assert.equal((await others.take(one)).kind, 'kept');
});

test('at the start of a gateway of one process every running claim is an orphan', async () => {
  const [running, kept] = [asked(), asked()];
  await claims.take(running);
  await claims.keep(claimOf(await claims.take(kept)), []);
  await others.orphanAll();
  assert.equal((await others.take(running)).kind, 'orphaned');
  assert.equal((await others.take(kept)).kind, 'kept');
});

test('a commit of the claims is on disk, whatever the default of the database', async () => {
  const name = new URL(database.connectionString).pathname.slice(1);
  await pool.query(`alter database ${name} set synchronous_commit = off`);
  const careless = openPool({ connectionString: database.connectionString, max: 1, applicationName: 'claims test' });
  const careful = open();
  try {
    const show = 'show synchronous_commit';
    assert.deepEqual((await careless.query(show)).rows, [{ synchronous_commit: 'off' }]);
    assert.deepEqual((await careful.query(show)).rows, [{ synchronous_commit: 'on' }]);
  } finally {
    await Promise.all([careless.end(), careful.end()]);
  }
});
