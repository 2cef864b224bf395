import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { admitted, used } from '#testkit/events.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { test } from '#testkit/test.ts';
import { loadBillingState } from './load-billing-state.ts';

test('a request that an earlier version left open is loaded as its own user pays for it', async ({ defer }) => {
  const database = await createTemporaryDatabase();
  defer(() => database[Symbol.asyncDispose]());
  const pool = openPool({ connectionString: database.connectionString, max: 2, applicationName: 'billing test' });
  defer(() => pool.end());
  await migrate(pool, { schema: 'billing', directory: fileURLToPath(new URL('../../migrations', import.meta.url)) });
  const { payerKind: _, payerId: __, reservations: ___, ...admission } = admitted({ requestId: 'r' }).data;
  const { houseLosses: ____, ...usage } = used({ requestId: 'r' }).data;
  await pool.query(
    `insert into billing.open_request (request_id, admitted_position, admission, usage_event_id, usage_recorded_at_ms, usage)
     values ('r', 7, $1, 'e', 9, $2)`,
    [JSON.stringify(admission), JSON.stringify(usage)],
  );
  const [open] = (await loadBillingState(pool)).openRequests;
  assert.deepEqual(open?.admission, admitted({ requestId: 'r' }).data);
  assert.deepEqual(open?.usage?.data, used({ requestId: 'r' }).data);
});
