import assert from 'node:assert/strict';
import { replayProjection } from '#journal/replay.ts';
import { test } from '#testkit/test.ts';
import { startAccounts } from '../testing.ts';
import { directory } from './directory.ts';

const ada = { name: 'Ada', email: '', requestsPerMinute: 0, multiplierBasisPoints: 0, idempotencyKey: '' };

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
