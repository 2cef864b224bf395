import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { spyOn } from 'jest-mock';
import type pg from 'pg';
import { pino } from 'pino';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest, Journal } from '#journal/journal.ts';
import { startProjector } from '#journal/projector.ts';
import { beginTerm } from '#leadership/begin-term.ts';
import { charged, credited, expired, pricePublished, used } from '#testkit/events.ts';
import { afterAll, beforeAll, describe, type Scope, test } from '#testkit/test.ts';
import { defaultQuotaConfig, type QuotaConfig } from './config.ts';
import { createRepeatableAdmit } from './handlers/admit-again.ts';
import { createLog, outcomeOf, outcomesOf, request, times } from './handlers/testing.ts';
import type { Quota } from './quota.ts';
import { createQuota, createQuotaDatabase, eventAfter, record } from './testing.ts';

const logger = pino({ level: 'silent' });
const NOW = 1_000_020_000;

let database: Awaited<ReturnType<typeof createQuotaDatabase>>;
beforeAll(async () => {
  database = await createQuotaDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

interface Started {
  readonly quota: Quota;
  readonly clock: { nowMs: number };
}

/** A quota service on a log; its tables stay empty, so it folds the whole log. */
async function start(t: Scope, journal: Journal, config: Partial<QuotaConfig> = {}): Promise<Started> {
  const clock = { nowMs: NOW };
  const quota = await createQuota({
    config: { ...defaultQuotaConfig, multiplierBasisPoints: 10_000, sweepIntervalMs: 5, ...config },
    journal,
    pool: database.pool,
    logger,
    clock: () => clock.nowMs,
  });
  t.defer(() => quota.close());
  await quota.ready();
  return { quota, clock };
}

function termOf(journal: Journal, holder: string) {
  return beginTerm({ journal, service: 'quota', holder, isHeld: () => true, onSuperseded: () => undefined });
}

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

describe('an append that fails', () => {
  const away = () => Promise.reject(new Fault({ code: 'unavailable', message: 'The log cannot be written.' }));

  /** A log that fails appends of admissions: before or after it has written them. */
  function failing(journal: Journal) {
    const state: { failure: 'before' | 'after' | undefined } = { failure: undefined };
    const append: Journal['append'] = async (request) => {
      const { failure } = state;
      if (failure === 'after') await journal.append(request);
      if (failure !== undefined) await away();
      return journal.append(request);
    };
    return { state, journal: { ...journal, append } };
  }

  /** Waits until the log is found to answer again. */
  const admittedAgain = (quota: Quota) =>
    until(() =>
      quota.admit(request()).then(
        (answer) => outcomeOf(answer) === 'admitted',
        () => false,
      ),
    );

  for (const failure of ['before', 'after'] as const) {
    test(`${failure} it is written is repeated until the log answers: the asker gets one answer, and the user one hold`, async (t) => {
      const { state, journal } = failing(await createLog(100n));
      const { quota } = await start(t, journal);
      state.failure = failure;
      const answer = quota.admit(request({ requestId: 'r' }));
      await pause(300);
      assert.equal((await journal.readStream('request-r')).length, failure === 'after' ? 1 : 0);
      state.failure = undefined;
      assert.equal(outcomeOf(await answer), 'admitted');
      assert.equal((await journal.readStream('request-r')).length, 1);
      assert.deepEqual([quota.balance('u').heldNanoUsd, quota.openHolds()], [100n, 1]);
      assert.equal(outcomeOf(await quota.admit(request())), 'insufficient_balance');
    });
  }

  test('refuses new requests at once until the log answers again, and lets no money through meanwhile', async (t) => {
    const { state, journal } = failing(await createLog(100n));
    const { quota } = await start(t, journal);
    state.failure = 'before';
    const doubtful = quota.admit(request());
    await pause(20);
    await assert.rejects(quota.admit(request()), { code: 'unavailable' });
    state.failure = undefined;
    assert.equal(outcomeOf(await doubtful), 'admitted');
    assert.equal(outcomeOf(await quota.admit(request())), 'insufficient_balance');
  });

  test('of thousands whose askers give up leaves no hold, no charge, and all the money', async (t) => {
    const count = 1_000;
    const { state, journal } = failing(await createLog(BigInt(count) * 100n));
    const { quota } = await start(t, journal, { askedForMs: 200 });
    state.failure = 'after';
    const asked = times(count, () => request());
    const answers = asked.map((each) => quota.admit(each));
    const settled = await Promise.allSettled(answers);
    assert.ok(settled.every(({ status }) => status === 'rejected'));
    state.failure = undefined;
    await until(async () => quota.openHolds() === 0 && quota.balance('u').heldNanoUsd === 0n);
    const { availableNanoUsd, chargedNanoUsd } = quota.balance('u');
    assert.deepEqual([availableNanoUsd, chargedNanoUsd], [BigInt(count) * 100n, 0n]);
    for (const { requestId } of asked.slice(0, 10)) {
      const [, end, ...more] = await journal.readStream(`request-${requestId}`);
      assert.ok(end?.type === 'HoldExpired' && end.data.reason === 'orphaned' && more.length === 0);
    }
    assert.equal(outcomeOf(await quota.admit(request())), 'admitted');
  });

  test('and that nobody waits for any longer takes no place in the balance from those that come after', async (t) => {
    const { state, journal } = failing(await createLog(100n));
    const { quota } = await start(t, journal, { sweepIntervalMs: 200, askedForMs: 20 });
    state.failure = 'before';
    await assert.rejects(quota.admit(request()), { code: 'unavailable' });
    state.failure = undefined;
    // Until its hold is ended, a client must not hear that the money is gone.
    const outcomes = new Set<string>();
    await until(() =>
      quota.admit(request()).then(
        (given) => outcomes.add(outcomeOf(given)).has('admitted'),
        (thrown: unknown) => outcomes.add(thrown instanceof Fault ? thrown.code : 'broken').has('admitted'),
      ),
    );
    assert.deepEqual(outcomes, new Set(['unavailable', 'admitted']));
  });

  test('and is late changes nothing once its repeat is written, or its hold is ended', async (t) => {
    const log = await createLog(100n);
    const failed: AppendRequest[] = [];
    const append: Journal['append'] = (each) =>
      failed.length < 2 && failed.push(each) > 0 ? away() : log.append(each);
    const { quota } = await start(t, { ...log, append }, { askedForMs: 20 });
    const lost = request();
    await assert.rejects(quota.admit(lost), { code: 'unavailable' });
    await admittedAgain(quota);
    assert.equal((await log.readStream(`request-${lost.requestId}`))[1]?.type, 'HoldExpired');
    // The server of the bus that had it was frozen, and delivers it now.
    for (const late of failed) {
      const result = await log.append(late);
      assert.ok(result.kind === 'appended' && result.isRepeat);
    }
    assert.equal(quota.balance('u').availableNanoUsd, 0n);
  });

  test('in an overlapped admission is a no to its asker, whose hold is ended once the log has it', async (t) => {
    const { state, journal } = failing(await createLog(100n));
    const { quota } = await start(t, journal, { durability: 'overlapped' });
    state.failure = 'after';
    const { result } = await quota.admit(request());
    assert.ok(result.kind === 'admitted' && result.durable !== null);
    await assert.rejects(result.durable, { code: 'unavailable' });
    state.failure = undefined;
    assert.equal((await eventAfter(journal, 0, 'HoldExpired')).data.reason, 'orphaned');
    await admittedAgain(quota);
  });

  test('in a term that ends meanwhile is settled by what the log holds when the next begins', async (t) => {
    const log = await createLog(100n);
    for (const isWritten of [false, true]) {
      const term = await termOf(log, `leader ${isWritten}`);
      const late: AppendRequest[] = [];
      const append: Journal['append'] = async (each) => {
        if (isWritten) await term.journal.append(each);
        else late.push({ ...each, term: { service: 'quota', epoch: term.epoch } });
        return away();
      };
      const before = await start(t, { ...log, append });
      const lost = request();
      const answer = before.quota.admit(lost);
      await pause(20);
      await before.quota.close();
      await assert.rejects(answer, { code: 'unavailable' });

      const next = await termOf(log, `successor ${isWritten}`);
      const { quota } = await start(t, next.journal);
      // What the log does not hold by now can never come.
      for (const each of late) await assert.rejects(log.append(each), { code: 'superseded' });
      assert.equal(quota.openHolds(), isWritten ? 1 : 0);
      assert.equal(quota.balance('u').availableNanoUsd, isWritten ? 0n : 100n);
      const admit = createRepeatableAdmit({ admit: quota.admit, journal: log, clock: () => NOW });
      assert.equal(outcomeOf(await admit(lost)), 'admitted', 'its ingress asks the successor');
      assert.equal((await log.readStream(`request-${lost.requestId}`)).length, 1);
      await record(log, used(lost), charged({ ...lost, amountNanoUsd: 0n, holdNanoUsd: 100n }));
      await until(async () => quota.openHolds() === 0);
    }
  });
});

describe('an admission that was withdrawn by an earlier version', () => {
  test('is no hold, and its place in the log stays taken', async (t) => {
    const journal = await createLog(100n);
    const withdrawn = request();
    const { requestId, userId } = withdrawn;
    for (const inPlaceOf of ['RequestAdmitted', 'UsageRecorded']) {
      await record(journal, {
        type: 'AdmissionWithdrawn',
        data: { requestId, userId, failedAtMs: String(NOW), inPlaceOf },
      });
    }
    const { quota } = await start(t, journal);
    assert.deepEqual([quota.openHolds(), quota.balance('u').availableNanoUsd], [0, 100n]);
    assert.equal(outcomeOf(await quota.admit(withdrawn)), 'conflict');
    assert.equal(quota.balance('u').availableNanoUsd, 100n);
    assert.equal(outcomeOf(await quota.admit(request())), 'admitted');
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
      assert.equal(subscriber.afterPosition, head);
      return journal.subscribe(subscriber);
    };
    const second = await startOn(own.pool, { ...journal, subscribe });
    t.defer(() => second.close());
    assert.deepEqual(second.balance('u'), first.balance('u'));
    assert.equal(second.openHolds(), 20);
    assert.equal((await second.admit(request())).window?.remaining, 969);
    assert.equal(await second.expireOrphans(await journal.head()), 11);
  });
});

async function startOn(pool: pg.Pool, journal: Journal): Promise<Quota> {
  const config = { ...defaultQuotaConfig, multiplierBasisPoints: 10_000 };
  const quota = await createQuota({ config, journal, pool, logger, clock: () => NOW });
  await quota.ready();
  return quota;
}

/** Waits turn by turn of the event loop; the test runner's time limit bounds it. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}
