import assert from 'node:assert/strict';
import { replayProjection } from '#journal/replay.ts';
import { test } from '#testkit/test.ts';
import { directory } from './projections/directory.ts';
import { startAccounts } from './testing.ts';

const ada = { name: 'Ada', email: '', requestsPerMinute: 0, multiplierBasisPoints: 0, idempotencyKey: '' };

test('after a restart exactly the unrevoked keys authenticate, though the tables were behind the log', async () => {
  const running = await startAccounts();
  try {
    const { accounts } = running;
    const { userId } = await accounts.createUser(ada);
    const kept = await accounts.createApiKey({ userId, name: 'kept', idempotencyKey: '' });
    const revoked = await accounts.createApiKey({ userId, name: 'revoked', idempotencyKey: '' });
    await accounts.revokeApiKey(revoked.key.keyId);
    const revokedLate = await accounts.createApiKey({ userId, name: 'revoked late', idempotencyKey: '' });
    await running.stopProjection();
    await accounts.revokeApiKey(revokedLate.key.keyId);
    const createdLate = await accounts.createApiKey({ userId, name: 'created late', idempotencyKey: '' });

    const restarted = await running.restart();
    assert.deepEqual(restarted.authenticate(kept.apiKey), { keyId: kept.key.keyId, userId });
    assert.deepEqual(restarted.authenticate(createdLate.apiKey), { keyId: createdLate.key.keyId, userId });
    assert.equal(restarted.authenticate(revoked.apiKey), undefined);
    assert.equal(restarted.authenticate(revokedLate.apiKey), undefined);
  } finally {
    await running.stop();
  }
});

test('on empty tables the log alone is enough to authenticate', async () => {
  const first = await startAccounts();
  const second = await startAccounts(first.journal);
  try {
    const { userId } = await first.accounts.createUser(ada);
    const { key, apiKey } = await first.accounts.createApiKey({ userId, name: '', idempotencyKey: '' });
    await second.accounts.ready();
    assert.deepEqual(second.accounts.authenticate(apiKey), { keyId: key.keyId, userId });
    await first.accounts.revokeApiKey(key.keyId);
    await second.accounts.ready();
    assert.equal(second.accounts.authenticate(apiKey), undefined);
  } finally {
    await Promise.all([first.stop(), second.stop()]);
  }
});

test('the directory rebuilt from the log equals the live one', async () => {
  const running = await startAccounts();
  try {
    const { accounts } = running;
    for (let n = 0; n < 20; n += 1) {
      const { userId } = await accounts.createUser({ ...ada, name: `User ${n} ß 漢字`, requestsPerMinute: n });
      const { key } = await accounts.createApiKey({ userId, name: `"quoted" {braces}, \\ ${n}`, idempotencyKey: '' });
      if (n % 2 === 0) await accounts.revokeApiKey(key.keyId);
    }
    const report = await replayProjection(directory, running);
    assert.deepEqual([report.isEqual, report.rows, report.events], [true, 40, 50], report.differences.join('\n'));
  } finally {
    await running.stop();
  }
});
