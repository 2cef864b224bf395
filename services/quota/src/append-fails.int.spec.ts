import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '#errors/fault.ts';
import type { AppendRequest, Journal } from '#journal/journal.ts';
import { beginTerm } from '#leadership/begin-term.ts';
import { charged, used } from '#testkit/events.ts';
import { afterAll, beforeAll, describe, type Scope, test } from '#testkit/test.ts';
import type { QuotaConfig } from './config.ts';
import { createRepeatableAdmit } from './handlers/admit-again.ts';
import { createLog, outcomeOf, request, times } from './handlers/testing.ts';
import type { Quota } from './quota.ts';
import { createQuotaDatabase, eventAfter, NOW, record, startQuota, until } from './testing.ts';

let database: Awaited<ReturnType<typeof createQuotaDatabase>>;
beforeAll(async () => {
  database = await createQuotaDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const start = (t: Scope, journal: Journal, config?: Partial<QuotaConfig>) =>
  startQuota(t, database.pool, journal, config);

function termOf(journal: Journal, holder: string) {
  return beginTerm({ journal, service: 'quota', holder, isHeld: () => true, onSuperseded: () => undefined });
}

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
