import assert from 'node:assert/strict';
import { spyOn } from 'jest-mock';
import type pg from 'pg';
import { pino } from 'pino';
import { Fault } from '#errors/fault.ts';
import type { Journal } from '#journal/journal.ts';
import { startProjector } from '#journal/projector.ts';
import { charged, credited, expired, pricePublished, used } from '#testkit/events.ts';
import { afterAll, beforeAll, describe, type Scope, test } from '#testkit/test.ts';
import { defaultQuotaConfig, type QuotaConfig } from './config.ts';
import { createLog, outcomeOf, outcomesOf, request, times } from './handlers/testing.ts';
import type { Quota } from './quota.ts';
import { createQuota, createQuotaDatabase, eventAfter, NOW, record, startQuota, until } from './testing.ts';

const logger = pino({ level: 'silent' });

let database: Awaited<ReturnType<typeof createQuotaDatabase>>;
beforeAll(async () => {
  database = await createQuotaDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const start = (t: Scope, journal: Journal, config?: Partial<QuotaConfig>) =>
  startQuota(t, database.pool, journal, config);

describe('many requests at once', () => {
  test('are admitted as far as the balance pays, and not one further', async (t) => {
    const { quota } = await start(t, await createLog(1_799n));
    assert.deepEqual(await outcomesOf(times(1_000, () => quota.admit(request()))), {
      admitted: 17,
      insufficient_balance: 983,
    });
    assert.equal(quota.balance('u').availableNanoUsd, 99n);
    assert.equal(quota.openHolds(), 17);
  });

  test('are admitted as far as the request quota goes, and not one further', async (t) => {
    const { quota, clock } = await start(t, await createLog(1_000_000n, 5));
    assert.deepEqual(await outcomesOf(times(50, () => quota.admit(request()))), { admitted: 5, quota_exceeded: 45 });
    clock.nowMs += 60_000;
    assert.deepEqual(await outcomesOf(times(50, () => quota.admit(request()))), { admitted: 5, quota_exceeded: 45 });
  });

  test('of one id are admitted once', async (t) => {
    const { quota } = await start(t, await createLog(1_000_000n));
    const same = request();
    assert.deepEqual(await outcomesOf(times(20, () => quota.admit(same))), { admitted: 1, conflict: 19 });
    assert.equal(quota.balance('u').heldNanoUsd, 100n);
  });

  test('are refused as unavailable beyond the bound of those that wait for the log', async (t) => {
    const { quota } = await start(t, await createLog(1_000_000n), { maxPending: 3 });
    const settled = await Promise.allSettled(times(5, () => quota.admit(request())));
    assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 3);
    await assert.doesNotReject(quota.admit(request()));
  });
});

describe('an admission', () => {
  test('is on the log when it is answered', async (t) => {
    const journal = await createLog(1_000n);
    const { quota } = await start(t, journal);
    const { result } = await quota.admit(request({ requestId: 'r' }));
    const [event] = await journal.readStream('request-r');
    assert.ok(result.kind === 'admitted');
    assert.equal(event?.eventId, result.eventId);
    assert.equal(event?.type, 'RequestAdmitted');
  });

  test('counts a credit, a charge and a new price as soon as they are durable', async (t) => {
    const journal = await createLog(100n);
    const { quota } = await start(t, journal);
    const first = request();
    await quota.admit(first);

    assert.equal(outcomeOf(await quota.admit(request())), 'insufficient_balance');
    await record(journal, used(first), charged({ ...first, amountNanoUsd: 60n, holdNanoUsd: 100n }));
    assert.equal(outcomeOf(await quota.admit(request({ outputTokensRequested: 40 }))), 'admitted');

    await record(journal, credited('u', 100n));
    assert.equal(outcomeOf(await quota.admit(request())), 'admitted');

    await record(journal, pricePublished('c/free', { outputPicoUsd: 0 }));
    const candidates = [{ provider: 'p', model: 'm', priceKey: 'c/free' }];
    assert.equal(outcomeOf(await quota.admit(request({ candidates }))), 'admitted');
  });

  test('is refused for an id that was admitted and is over', async (t) => {
    const journal = await createLog(1_000n);
    const { quota } = await start(t, journal);
    const first = request();
    await quota.admit(first);
    await record(journal, expired({ ...first, holdNanoUsd: 100n }));
    assert.equal(outcomeOf(await quota.admit(first)), 'conflict');
    assert.equal(quota.balance('u').availableNanoUsd, 1_000n);
  });

  test('is given at the price in force, and pinned to its version', async (t) => {
    const journal = await createLog(1_000n);
    await record(journal, pricePublished('c/m', { outputPicoUsd: 2_000 }));
    const { quota } = await start(t, journal);
    const { result } = await quota.admit(request());
    assert.ok(result.kind === 'admitted');
    assert.equal(result.holdNanoUsd, 200n);
    assert.deepEqual(
      result.candidates.map(({ priceVersion }) => priceVersion),
      [2],
    );
  });
});

describe('a hold', () => {
  test('is closed when its time is over, and its money comes back', async (t) => {
    const journal = await createLog(100n);
    const { quota, clock } = await start(t, journal, { holdTtlMs: 30_000 });
    const forgotten = request();
    await quota.admit(forgotten);
    clock.nowMs += 31_000;
    const closed = await eventAfter(journal, 0, 'HoldExpired');
    assert.equal(closed.data.requestId, forgotten.requestId);
    assert.equal(closed.data.reason, 'expired');
    assert.equal(closed.version, 2);
    assert.equal(outcomeOf(await quota.admit(request())), 'admitted');
  });

  test('whose usage is on record is never closed, but waits for its charge', async (t) => {
    const journal = await createLog(1_000n);
    const { quota, clock } = await start(t, journal, { holdTtlMs: 30_000 });
    const [ended, forgotten] = [request(), request()];
    await quota.admit(ended);
    await quota.admit(forgotten);
    await record(journal, used(ended));
    clock.nowMs += 31_000;
    const closed = await eventAfter(journal, 0, 'HoldExpired');
    assert.equal(closed.data.requestId, forgotten.requestId);
    await record(journal, charged({ ...ended, amountNanoUsd: 70n, holdNanoUsd: 100n }));
    await until(async () => quota.openHolds() === 0);
    assert.deepEqual(quota.balance('u'), {
      userId: 'u',
      creditedNanoUsd: 1_000n,
      chargedNanoUsd: 70n,
      heldNanoUsd: 0n,
      availableNanoUsd: 930n,
    });
  });

  test('of a process that is gone is closed at the next start; one of this process, or one with a usage, is not', async (t) => {
    const journal = await createLog(1_000n);
    const before = await start(t, journal);
    const [orphan, ended, running] = [request(), request(), request()];
    await before.quota.admit(orphan);
    await before.quota.admit(ended);
    const lastPosition = await record(journal, used(ended));
    await before.quota.close();

    const { quota } = await start(t, journal);
    await quota.admit(running);
    assert.equal(await quota.expireOrphans(lastPosition), 1);
    const closed = await eventAfter(journal, 0, 'HoldExpired');
    assert.equal(closed.data.requestId, orphan.requestId);
    assert.equal(closed.data.reason, 'orphaned');
    assert.equal(await quota.expireOrphans(lastPosition), 0);
    assert.equal(quota.openHolds(), 2);
  });
});

describe('the service', () => {
  test('refuses as unavailable after its close, and names every fault of its configuration', async (t) => {
    const journal = await createLog(1_000n);
    const { quota } = await start(t, journal);
    await quota.close();
    await assert.rejects(quota.admit(request()), { code: 'unavailable' });
    await assert.rejects(
      start(t, journal, { holdTtlMs: -1, maxPending: 0 }),
      /quota.holdTtlMs must be .*, not -1\nquota.maxPending must be .*, not 0/,
    );
  });

  test('admits nothing more once the log contradicts itself', async (t) => {
    const silenced = spyOn(console, 'error').mockImplementation(() => undefined);
    t.defer(() => silenced.mockRestore());
    const journal = await createLog(1_000n);
    const { quota } = await start(t, journal);
    await record(journal, used({ requestId: 'never-admitted', userId: 'u' }));
    await until(() =>
      quota.admit(request()).then(
        () => false,
        (error: unknown) => error instanceof Fault && /the log contradicts itself/.test(error.message),
      ),
    );
    await assert.rejects(start(t, journal), /request never-admitted has no hold/);
  });

  test('knows a user without money, and one that does not exist, as having none', async (t) => {
    const { quota } = await start(t, await createLog(1n));
    assert.equal(quota.balance('nobody').availableNanoUsd, 0n);
    assert.equal(outcomeOf(await quota.admit(request({ userId: 'nobody' }))), 'invalid_api_key');
  });

  test('starts from its tables with the books it had', async (t) => {
    await using own = await createQuotaDatabase();
    const journal = await createLog(10_000n, 1_000);
    const first = await startOn(own.pool, journal);
    const projector = await startProjector(first.projections[0] ?? assert.fail(), { journal, pool: own.pool, logger });
    for (let i = 0; i < 30; i += 1) {
      const next = request();
      await first.admit(next);
      if (i % 3 > 0) await record(journal, used(next));
      if (i % 3 > 1) await record(journal, charged({ ...next, amountNanoUsd: BigInt(i), holdNanoUsd: 100n }));
    }
    await projector.reached(await journal.head());
    await projector.close();
    await first.close();

    // Nothing of the log before the checkpoint is read again.
    const head = await journal.head();
    const subscribe: Journal['subscribe'] = (subscriber) => {
      if (subscriber.name === 'quota.live') assert.equal(subscriber.afterPosition, head);
      return journal.subscribe(subscriber);
    };
    const second = await startOn(own.pool, { ...journal, subscribe });
    t.defer(() => second.close());
    assert.deepEqual(second.balance('u'), first.balance('u'));
    assert.equal(second.openHolds(), 20);
    assert.equal((await second.admit(request())).windows[0]?.remaining, 969);
    assert.equal(await second.expireOrphans(await journal.head()), 11);
  });
});

async function startOn(pool: pg.Pool, journal: Journal): Promise<Quota> {
  const config = { ...defaultQuotaConfig, multiplierBasisPoints: 10_000 };
  const quota = await createQuota({ config, journal, pool, logger, clock: () => NOW });
  await quota.ready();
  return quota;
}
