import assert from 'node:assert/strict';
import { pino } from 'pino';
import { followRegistry, noSnapshot } from '#registry/follow-registry.ts';
import { admitted, credited } from '#testkit/events.ts';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { defaultQuotaConfig } from './config.ts';
import { createLog, outcomesOf, request, times } from './handlers/testing.ts';
import { leadQuota, loadAndFollow } from './quota.ts';
import { createQuotaDatabase, eventAfter, record } from './testing.ts';

const logger = pino({ level: 'silent' });
const NOW = 1_000_020_000;

let database: Awaited<ReturnType<typeof createQuotaDatabase>>;
beforeAll(async () => {
  database = await createQuotaDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

test('a standby knows the log before it leads, and decides only when it has the log up to where its term begins', async (t) => {
  const journal = await createLog(1_000n);
  // All a standby is given of the log.
  const books = await loadAndFollow({ pool: database.pool, journal: { subscribe: journal.subscribe } });
  const open = request();
  const { requestId, userId } = open;
  const end = await record(journal, admitted({ requestId, userId, holdNanoUsd: 900n, admittedAtMs: NOW }));
  await books.reached(end);
  const registry = await followRegistry(journal, { name: 'spec', snapshot: noSnapshot });
  t.defer(() => registry.close());
  const config = { ...defaultQuotaConfig, multiplierBasisPoints: 10_000, sweepIntervalMs: 5 };
  const clock = { nowMs: NOW };
  const quota = leadQuota({ config, journal, books, registry, from: end + 1, logger, clock: () => clock.nowMs });
  t.defer(() => quota.close());
  assert.equal(quota.balance('u').heldNanoUsd, 900n);
  await assert.rejects(quota.admit(request()), { code: 'unavailable' });
  await record(journal, credited('u', 50n));
  await quota.ready();
  assert.deepEqual(await outcomesOf(times(3, () => quota.admit(request()))), {
    admitted: 1,
    insufficient_balance: 2,
  });
  assert.throws(() => leadQuota({ config, journal, books, registry, from: 0, logger }), /led already/);

  // A hold of before its time closes like one of its own.
  clock.nowMs += 902_000;
  assert.equal((await eventAfter(journal, end + 2, 'HoldExpired')).data.requestId, open.requestId);
});
