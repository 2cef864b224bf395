import assert from 'node:assert/strict';
import type { AnyResource } from '#registry/kinds.ts';
import { test } from '#testkit/test.ts';
import { startAccounts } from '../testing.ts';
import { policySnapshotOf } from './read-policy-snapshot.ts';

test('of more resources than a page holds each one that is there is read once, with the position they stand at', async () => {
  const running = await startAccounts();
  try {
    await running.pool.query(
      `insert into accounts.resource
         (kind, id, state, version, position, created_at_ms, changed_at_ms, removed_at_ms)
       select case when n % 2 = 0 then 'key' else 'alias' end, 'k' || n, jsonb_build_object('id', 'k' || n), 1, n, 0, 0,
              case when n % 10 = 0 then 1 end
       from generate_series(1, 25000) n
       union all select 'kind-of-a-later-gateway', 'x', '{}', 1, 1, 0, 0, null`,
    );
    await running.pool.query(`insert into accounts.checkpoint values ('accounts.resources', 7), ('accounts.other', 9)
      on conflict (projection) do update set position = excluded.position`);
    const found: AnyResource[] = [];
    const { position } = await policySnapshotOf(running.pool).read((resource) => found.push(resource));
    assert.equal(position, 7);
    assert.equal(found.length, 22_500);
    assert.equal(new Set(found.map(({ value }) => value.id)).size, 22_500);
  } finally {
    await running.stop();
  }
});
