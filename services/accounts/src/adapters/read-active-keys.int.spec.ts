import assert from 'node:assert/strict';
import type { ActiveKey } from '#api-keys/key-ring.ts';
import { test } from '#testkit/test.ts';
import { startAccounts } from '../testing.ts';
import { readActiveKeys } from './read-active-keys.ts';

test('of more keys than a page holds each active one is read once, with the position they stand at', async () => {
  const running = await startAccounts();
  try {
    await running.pool.query(
      `insert into accounts.api_key (key_id, user_id, key_hash, prefix, name, created_at_ms, revoked_at_ms)
       select 'k' || n, 'u', 'h' || n, '', '', 0, case when n % 10 = 0 then 1 end from generate_series(1, 25000) n`,
    );
    await running.pool.query(`insert into accounts.checkpoint values ('accounts.directory', 7), ('accounts.other', 9)`);
    const keys: ActiveKey[] = [];
    assert.equal(await readActiveKeys(running.pool, (key) => keys.push(key)), 7);
    assert.equal(keys.length, 22_500);
    assert.equal(new Set(keys.map((key) => key.keyHash)).size, 22_500);
  } finally {
    await running.stop();
  }
});
