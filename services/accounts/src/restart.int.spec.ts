import assert from 'node:assert/strict';
import { replayProjection } from '#journal/replay.ts';
import { test } from '#testkit/test.ts';
import { resources } from './projections/resources.ts';
import { callsOf, startAccounts } from './testing.ts';

test('after a restart exactly the unrevoked keys authenticate, though the tables were behind the log', async () => {
  const running = await startAccounts();
  try {
    const calls = callsOf(running.accounts.admin);
    const { id: userId } = await calls.create('user', { name: 'Ada' });
    const kept = await calls.create('key', { userId, name: 'kept' });
    const revoked = await calls.create('key', { userId, name: 'revoked' });
    await calls.delete('key', revoked.id);
    const revokedLate = await calls.create('key', { userId, name: 'revoked late' });
    await running.stopProjection();
    await calls.delete('key', revokedLate.id);
    const createdLate = await calls.create('key', { userId, name: 'created late' });

    await running.restart();
    assert.deepEqual(running.whose(kept.apiKey), { keyId: kept.id, userId });
    assert.deepEqual(running.whose(createdLate.apiKey), { keyId: createdLate.id, userId });
    assert.equal(running.whose(revoked.apiKey), undefined);
    assert.equal(running.whose(revokedLate.apiKey), undefined);
  } finally {
    await running.stop();
  }
});

test('on empty tables the log alone is enough to authenticate', async () => {
  const first = await startAccounts();
  const second = await startAccounts(first.journal);
  try {
    const calls = callsOf(first.accounts.admin);
    const { id: userId } = await calls.create('user', { name: 'Ada' });
    const { id: keyId, apiKey } = await calls.create('key', { userId });
    await second.accounts.ready();
    assert.deepEqual(second.whose(apiKey), { keyId, userId });
    await calls.delete('key', keyId);
    await second.accounts.ready();
    assert.equal(second.whose(apiKey), undefined);
  } finally {
    await Promise.all([first.stop(), second.stop()]);
  }
});

test('the resources rebuilt from the log equals the live one', async () => {
  const running = await startAccounts();
  try {
    const calls = callsOf(running.accounts.admin);
    for (let n = 0; n < 20; n += 1) {
      const { id: userId } = await calls.create('user', { name: `User ${n} ß 漢字`, requestsPerMinute: n });
      const { id } = await calls.create('key', { userId, name: `"quoted" {braces}, \\ ${n}` });
      if (n % 2 === 0) await calls.delete('key', id);
    }
    const report = await replayProjection(resources, running);
    assert.deepEqual([report.isEqual, report.rows, report.events], [true, 90, 50], report.differences.join('\n'));
  } finally {
    await running.stop();
  }
});
