import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import type { AdmitRequest } from '#contracts/quota.ts';
import type { Journal } from '#journal/journal.ts';
import { startProjector } from '#journal/projector.ts';
import { admitted, charged, credited, expired, used } from '#testkit/events.ts';
import { resourceSet } from '#testkit/policy-events.ts';
import { afterAll, beforeAll, describe, type Scope, test } from '#testkit/test.ts';
import type { QuotaConfig } from './config.ts';
import { createLog, outcomeOf, outcomesOf, request, times } from './handlers/testing.ts';
import { createQuotaDatabase, eventAfter, record, startQuota, until } from './testing.ts';

let database: Awaited<ReturnType<typeof createQuotaDatabase>>;
beforeAll(async () => {
  database = await createQuotaDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const start = (t: Scope, journal: Journal, config?: Partial<QuotaConfig>) =>
  startQuota(t, database.pool, journal, config);

function limit(id: string, fields: object) {
  const plain = { subject: { kind: 'user', id: 'u' }, unit: 'requests', period: 'day', generation: 1 };
  return resourceSet('limit', { id, ...plain, ...fields });
}

describe('limits of many requests at once', () => {
  test('let exactly as many through as they leave, whichever of them is the tightest', async (t) => {
    for (const tightest of ['requests', 'tokens', 'cost']) {
      const journal = await createLog(10_000_000n);
      const amountOf = (unit: string, tight: string, ample: string): string => (unit === tightest ? tight : ample);
      await record(
        journal,
        limit('requests', { amount: amountOf('requests', '17', '5000'), subject: { kind: 'gateway', id: '' } }),
        limit('tokens', { unit: 'output_tokens', kind: 'hard', amount: amountOf('tokens', '1799', '500000') }),
        limit('cost', { unit: 'cost', amount: amountOf('cost', '0.000001799', '1') }),
      );
      const { quota } = await start(t, journal);
      assert.deepEqual(await outcomesOf(times(1_000, () => quota.admit(request()))), {
        admitted: 17,
        quota_exceeded: 983,
      });
      assert.equal(quota.balance('u').heldNanoUsd, 1_700n, 'a refusal leaves nothing behind');
      const [requests, tokens, cost] = await quota.limitStates(['requests', 'tokens', 'cost']);
      assert.deepEqual([requests?.held, tokens?.held, cost?.held], [17n, 1_700n, 1_700n]);
    }
  });

  test('count what was admitted before a restart, from the tables as from the log', async (t) => {
    await using own = await createQuotaDatabase();
    const journal = await createLog(1_000_000n);
    await record(journal, limit('l', { amount: '5' }), limit('rate', { unit: 'tokens', amount: '100000' }));
    const first = await startQuota(t, own.pool, journal);
    const [charge, end, open] = [request(), request(), request()];
    for (const each of [charge, end, open]) await first.quota.admit(each);
    await record(journal, used(charge), charged({ ...charge, amountNanoUsd: 70n, holdNanoUsd: 100n }));
    await record(journal, expired({ ...end, holdNanoUsd: 100n }));
    const projection = first.quota.projections[0] ?? assert.fail();
    const projector = await startProjector(projection, { journal, pool: own.pool, logger: pino({ level: 'silent' }) });
    await projector.reached(await journal.head());
    await projector.close();
    const states = await first.quota.limitStates(['l', 'rate']);
    assert.deepEqual([states[0]?.used, states[0]?.held, states[0]?.left], [2n, 1n, 2n]);
    await first.quota.close();
    for (const pool of [own.pool, database.pool]) {
      const { quota } = await startQuota(t, pool, journal);
      assert.deepEqual(await quota.limitStates(['l', 'rate']), states);
      await quota.close();
    }
    const { quota } = await startQuota(t, own.pool, journal);
    assert.deepEqual(await outcomesOf(times(9, () => quota.admit(request()))), { admitted: 2, quota_exceeded: 7 });
  });
});

describe('requests that have ended', () => {
  /** Charges every usage a while after it is on record, as billing in another process does. */
  function chargeLate(journal: Journal, lateMs: number) {
    const holds = new Map<string, { requestId: string; userId: string; holdNanoUsd: bigint }>();
    return journal.subscribe({
      name: 'late billing',
      afterPosition: 0,
      async onEvents(events) {
        for (const { type, data } of events) {
          if (type === 'RequestAdmitted') holds.set(data.requestId, { ...data, holdNanoUsd: BigInt(data.holdNanoUsd) });
          if (type !== 'UsageRecorded') continue;
          const hold = holds.get(data.requestId) ?? assert.fail();
          setTimeout(() => void record(journal, charged({ ...hold, amountNanoUsd: 1n })), lateMs);
        }
      },
    });
  }

  /** A log whose events come to quota late, as over a bus. */
  function late(journal: Journal, lateMs: number): Journal {
    return {
      ...journal,
      subscribe: (subscriber) =>
        journal.subscribe({
          ...subscriber,
          async onEvents(events, isMore) {
            await pause(lateMs);
            await subscriber.onEvents(events, isMore);
          },
        }),
    };
  }

  async function askOneAfterAnother(journal: Journal, admit: (asked: AdmitRequest) => Promise<string>, count: number) {
    const outcomes: string[] = [];
    for (let asked = 0; asked < count; asked += 1) {
      const next = request();
      const outcome = await admit(next);
      outcomes.push(outcome);
      if (outcome === 'admitted') await record(journal, used(next));
    }
    return outcomes;
  }

  test('make no false refusal: short requests follow on one another on a balance and a limit that pay for those under way', async (t) => {
    const journal = await createLog(10_000n);
    await record(journal, limit('tokens', { unit: 'output_tokens', kind: 'hard', amount: '9900' }));
    const billing = chargeLate(journal, 30);
    t.defer(() => billing.close());
    const { quota } = await start(t, late(journal, 10));
    // Each holds 1,000: nine run side by side on the limit, and their charges come 40 ms late.
    const admit = async (asked: AdmitRequest) =>
      outcomeOf(await quota.admit({ ...asked, outputTokensRequested: 1_000 }));
    const all = await Promise.all(times(9, () => askOneAfterAnother(journal, admit, 12)));
    assert.deepEqual(new Set(all.flat()), new Set(['admitted']));
  });

  test('are waited for no longer than a bound, and not at all where their charges cannot help', async (t) => {
    const journal = await createLog(100n);
    const { quota } = await start(t, journal, { chargeWaitMs: 60 });
    const first = request();
    await quota.admit(first);
    await record(journal, used(first));
    const begun = performance.now();
    assert.equal(outcomeOf(await quota.admit(request())), 'insufficient_balance');
    assert.ok(performance.now() - begun >= 55, 'its charge might have come');
    const again = performance.now();
    assert.equal(outcomeOf(await quota.admit(request({ outputTokensRequested: 101 }))), 'insufficient_balance');
    assert.ok(performance.now() - again < 40, 'no charge can make 101 of 100');
  });
});

describe('a soft limit', () => {
  test('refuses nothing, and tells once a window that it was passed', async (t) => {
    const journal = await createLog(1_000_000n);
    await record(journal, limit('soft', { unit: 'output_tokens', kind: 'soft', amount: '100', period: 'minute' }));
    const { quota, clock } = await start(t, journal);
    const run = async (tokens: number) => {
      const next = request();
      await quota.admit(next);
      const charge = charged({ ...next, amountNanoUsd: 70n, holdNanoUsd: 100n });
      const lines = [{ unit: 'output', quantity: tokens, pricePicoUsd: '1000' }];
      await record(journal, used(next), { ...charge, data: { ...charge.data, lines } });
      await until(async () => quota.openHolds() === 0);
      return next.requestId;
    };
    await run(100);
    const passedBy = await run(1);
    const { data, stream } = await eventAfter(journal, 0, 'LimitReached');
    assert.equal(stream, 'limit-reached-soft');
    assert.deepEqual([data.limitId, data.amount, data.used, data.requestId], ['soft', '100', '101', passedBy]);
    await run(50);
    clock.nowMs += 60_000;
    await run(101);
    await until(async () => (await journal.readStream(stream)).length === 2);
    // The next leader does not know what was told, and tells it again under the same id, which changes nothing.
    await quota.close();
    const successor = await start(t, journal);
    successor.clock.nowMs = clock.nowMs;
    const last = request();
    await successor.quota.admit(last);
    await record(journal, used(last), charged({ ...last, amountNanoUsd: 1n, holdNanoUsd: 100n }));
    await until(async () => successor.quota.openHolds() === 0);
    await pause(20);
    assert.equal((await journal.readStream(stream)).length, 2);
  });
});

describe('a team that pays', () => {
  test('has its own balance, which the requests of its members share', async (t) => {
    const journal = await createLog(1n);
    const team = { payerKind: 'team', payerId: 't' };
    await record(
      journal,
      resourceSet('team', { id: 't', status: 'active' }),
      ...['a', 'b'].map((id) => resourceSet('user', { id, status: 'active', teamId: 't' })),
      credited('', 500n, team),
    );
    const { quota } = await start(t, journal);
    const asked = times(10, (): AdmitRequest => request({ keyId: '', userId: 'a' }));
    const answers = asked.map((each, index) => quota.admit({ ...each, userId: index % 2 === 0 ? 'a' : 'b' }));
    assert.deepEqual(await outcomesOf(answers), { admitted: 5, insufficient_balance: 5 });
    assert.equal(quota.balance('b').heldNanoUsd, 500n);
    const [own, teams] = await quota.balancesOf([
      { kind: 'user', id: 'a' },
      { kind: 'team', id: 't' },
    ]);
    assert.equal(own?.creditedNanoUsd, 0n);
    assert.deepEqual([teams?.creditedNanoUsd, teams?.heldNanoUsd, teams?.availableNanoUsd], [500n, 500n, 0n]);
    const [first] = asked;
    const told = { ...(first ?? assert.fail()), ...team };
    await record(journal, used(told), charged({ ...told, amountNanoUsd: 30n, holdNanoUsd: 100n }));
    assert.equal((await quota.balancesOf([{ kind: 'team', id: 't' }]))[0]?.availableNanoUsd, 70n);
  });
});

test('an old log, whose admissions name no payer and set nothing aside on limits, folds as before', async (t) => {
  const journal = await createLog(1_000n, 1_000);
  const old = request();
  await record(
    journal,
    admitted({ requestId: old.requestId, userId: 'u', holdNanoUsd: 100n }),
    used(old),
    charged({ ...old, amountNanoUsd: 60n, holdNanoUsd: 100n }),
  );
  const { quota } = await start(t, journal);
  assert.deepEqual([quota.balance('u').availableNanoUsd, quota.openHolds()], [940n, 0]);
});
