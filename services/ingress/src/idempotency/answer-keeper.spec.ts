import assert from 'node:assert/strict';
import { createLogger } from '#telemetry/logger.ts';
import { test } from '#testkit/test.ts';
import { createAnswerKeeper } from './answer-keeper.ts';
import type { Claim, ClaimStore } from './claim-store.ts';
import { type KeptHead, openAnswer } from './kept-answer.ts';
import { createSecrets } from './key-secrets.ts';
import { createMemoryClaims } from './testing.ts';

const logger = createLogger({ level: 'silent', service: 'ingress' });
const secrets = createSecrets('ab'.repeat(32)).of(['user'], 'key');
const head: KeptHead = { status: 200, headers: { 'content-type': 'x' }, provider: 'p', model: 'm', failure: null };
/** Longer than any machine is busy. */
const PATIENCE_MS = 30_000;

async function startKeeping(
  change: (claims: ClaimStore) => Partial<ClaimStore> = () => ({}),
  patienceMs = PATIENCE_MS,
) {
  const claims = createMemoryClaims();
  const asked = { keyHash: secrets.keyHash, bodyHash: Buffer.alloc(32), requestId: 'r' };
  const taken = await claims.take(asked);
  assert.ok(taken.kind === 'new');
  const seals = secrets.sealsOf(taken.claim);
  const store = { ...claims, ...change(claims) };
  const keeper = createAnswerKeeper({ claims: store, claim: taken.claim, seals, logger, patienceMs });
  const kept = async (): Promise<Buffer> => {
    const answer = await openAnswer(claims, taken.claim, seals);
    assert.deepEqual(answer.head, head);
    return Buffer.concat(await Array.fromAsync(answer.pieces()));
  };
  return { keeper, claims, asked, claim: taken.claim, kept };
}

test('what is written is what is read, whatever the sizes, and nothing of it stands in a piece', async () => {
  for (const sizes of [[], [0], [1], [262_144], [262_143, 2], [1_000_000], Array.from({ length: 40 }, () => 20_000)]) {
    const { keeper, claims, kept } = await startKeeping();
    const written = sizes.map((size, index) => Buffer.alloc(size, `answer ${index} `));
    for (const bytes of written) await keeper.write(bytes);
    await keeper.end(head);
    assert.deepEqual(await kept(), Buffer.concat(written));
    for (const row of claims.rows.values()) {
      for (const piece of row.pieces.values()) assert.ok(!piece.includes('answer') && !piece.includes('status'));
    }
  }
});

test('a database that fails for a moment loses nothing', async () => {
  let failures = 2;
  const failing =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      failures -= 1;
      if (failures >= 0) throw new Error('away');
      return work(...args);
    };
  const { keeper, kept } = await startKeeping(({ addPiece, keep }) => ({ addPiece: failing(addPiece), keep }));
  await keeper.write(Buffer.alloc(300_000, 'x'));
  await keeper.end(head);
  assert.equal((await kept()).length, 300_000);
});

test('a database that stays away leaves an orphan, and the end is waited for no longer than the patience', async () => {
  const away = async () => Promise.reject(new Error('away'));
  const { keeper, claims, asked } = await startKeeping(() => ({ keep: away }), 100);
  await keeper.write(Buffer.from('x'));
  await keeper.end(head);
  assert.equal((await claims.take(asked)).kind, 'orphaned');
});

test('a claim that was taken over keeps nothing of the first try', async () => {
  const { keeper, claims, asked, claim } = await startKeeping();
  await claims.orphan(claim);
  const taken = await claims.take(asked);
  assert.ok(taken.kind === 'orphaned');
  const next = await claims.rerun(taken.claim as Claim, 'r2');
  assert.ok(next);
  await keeper.write(Buffer.alloc(300_000, 'x'));
  await keeper.end(head);
  assert.equal(await claims.readPiece(next, 0), undefined);
  assert.equal(await claims.isMine(next), true);
});
