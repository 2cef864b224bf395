import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { pino } from 'pino';
import type { GatewayEvent } from '#contracts/events.ts';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal } from '#journal/journal.ts';
import { startProjector } from '#journal/projector.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { replayProjection } from '#journal/replay.ts';
import { derivedId } from '#kernel/ids.ts';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { admitted, credited, pricePublished, shadowRecorded, used } from '#testkit/events.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { registryOf } from '#testkit/policy.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { type Scope, test } from '#testkit/test.ts';
import { type Billing, billingProjections } from './billing.ts';
import { createBilling } from './testing.ts';

const logger = pino({ level: 'silent' });
const directory = fileURLToPath(new URL('../migrations', import.meta.url));
const everything = { routeId: '', fromMs: 0, toMs: 0 };

async function openSchema({ defer }: Scope): Promise<pg.Pool> {
  const database = await createTemporaryDatabase();
  defer(() => database[Symbol.asyncDispose]());
  const pool = openPool({ connectionString: database.connectionString, max: 6, applicationName: 'shadow test' });
  defer(() => pool.end());
  await migrate(pool, { schema: 'billing', directory });
  return pool;
}

/** Closed with the test, at the latest: a second close changes nothing. */
async function startBilling({ defer }: Scope, journal: Journal, pool: pg.Pool, more: object = {}): Promise<Billing> {
  const billing = await createBilling({ registry: registryOf(), journal, pool, logger, ...more });
  defer(() => billing.close());
  await billing.ready();
  return billing;
}

async function append(journal: Journal, stream: string, expectedVersion: number, event: GatewayEvent): Promise<void> {
  const eventId = derivedId(stream, `${event.type}-${expectedVersion}`);
  const events = [{ ...event, eventId }];
  await journal.append({ stream, expectedVersion, events, correlationId: 'c', causationId: '' });
}

/** Two prices: one nano-USD an output token of either model. */
async function publish(journal: Journal, ...priceKeys: readonly string[]): Promise<void> {
  for (const priceKey of priceKeys) await append(journal, streams.price(priceKey), 0, pricePublished(priceKey));
}

const shadow = (journal: Journal, requestId: string, output: number, told: object = {}) =>
  append(journal, streams.shadow(requestId), 0, shadowRecorded({ requestId, usage: { output }, ...told }));

/** Resolves with the costs of the log once there are so many. */
async function costs(journal: Journal, count: number): Promise<RecordedEvent<'ShadowCostPosted'>[]> {
  const found: RecordedEvent<'ShadowCostPosted'>[] = [];
  const enough = Promise.withResolvers<void>();
  const subscription = journal.subscribe({
    name: 'costs',
    afterPosition: 0,
    onEvents: (events) => {
      for (const event of events) if (event.type === 'ShadowCostPosted') found.push(event);
      if (found.length >= count) enough.resolve();
    },
  });
  await enough.promise;
  await subscription.close();
  return found;
}

async function project(journal: Journal, pool: pg.Pool): Promise<void> {
  const projectors = await Promise.all(
    billingProjections.map((projection) => startProjector(projection, { journal, pool, logger })),
  );
  const head = await journal.head();
  await Promise.all(projectors.map((projector) => projector.reached(head)));
  await Promise.all(projectors.map((projector) => projector.close()));
}

test('a copy costs the house and no user: balance, use and charge are what they are without it', async (scope) => {
  const [pool, journal] = [await openSchema(scope), createMemoryJournal()];
  const billing = await startBilling(scope, journal, pool);
  await publish(journal, 'openai/gpt-4o-mini', 'anthropic/claude');
  await append(journal, streams.user('u1'), 0, credited('u1', 5_000n));
  const candidates = [{ provider: 'first', model: 'gpt-4o-mini', priceKey: 'openai/gpt-4o-mini', priceVersion: 1 }];
  for (const requestId of ['with', 'without']) {
    await append(journal, streams.request(requestId), 0, admitted({ requestId, candidates }));
    await append(journal, streams.request(requestId), 1, used({ requestId, usage: { output: 10 } }));
  }
  await shadow(journal, 'with', 7);
  const [posted] = await costs(journal, 1);
  assert.deepEqual([posted?.version, posted?.data.cost.amountNanoUsd, posted?.data.postedAtMs], [2, '7', '1600']);
  await project(journal, pool);

  const ledger = await pool.query('select account, balance_nano_usd from billing.ledger order by account');
  assert.deepEqual(
    ledger.rows.map((row) => [row.account, row.balance_nano_usd]),
    [
      ['customer:u1', '4970'],
      ['house_shadow', '-7'],
      ['provider_costs', '7'],
      ['revenue', '30'],
      ['topups', '-5000'],
    ],
  );
  const lines = await billing.ledgerLines({ payer: { kind: 'user', id: 'u1' }, beforePosition: 0, limit: 10 });
  assert.deepEqual(
    lines.map(({ amountNanoUsd }) => amountNanoUsd),
    [-15n, -15n, 5_000n],
  );
  const usage = await billing.usageBy({
    userId: 'u1',
    dimension: 'provider',
    fromDay: '1970-01-01',
    toDay: '2999-12-31',
  });
  assert.deepEqual(
    usage.map((line) => [line.value, line.requests, line.outputTokens, line.amountNanoUsd]),
    [['first', 2, 20, 30n]],
  );
});

test('a copy that was on record when the process died is costed once after each restart', async (scope) => {
  const [pool, journal] = [await openSchema(scope), createMemoryJournal()];
  await publish(journal, 'anthropic/claude');
  const before = await startBilling(scope, journal, pool);
  await shadow(journal, 'costed', 1);
  await costs(journal, 1);
  await before.close();
  await shadow(journal, 'in the table', 2);
  await project(journal, pool);
  await shadow(journal, 'after the checkpoint', 3);

  const restarted = await startBilling(scope, journal, pool);
  await costs(journal, 3);
  await restarted.close();
  // Empty tables: the log alone says what is costed.
  await pool.query('delete from billing.open_shadow; delete from billing.checkpoint');
  const again = await startBilling(scope, journal, pool);
  await shadow(journal, 'live', 4);
  const posted = await costs(journal, 4);
  assert.deepEqual(posted.map(({ data, version }) => [data.requestId, version, data.cost.amountNanoUsd]).toSorted(), [
    ['after the checkpoint', 2, '3'],
    ['costed', 2, '1'],
    ['in the table', 2, '2'],
    ['live', 2, '4'],
  ]);
  await again.close();
});

test('a copy whose price the log does not have is a dead letter, until the price comes', async (scope) => {
  const [pool, journal] = [await openSchema(scope), createMemoryJournal()];
  const billing = await startBilling(scope, journal, pool, { stuckRetryMs: 3_600_000 });
  await shadow(journal, 'unpriced', 5);
  while (billing.stats().shadowCostsStuck === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const [letter, ...more] = await billing.shadowDeadLetters.list(0, 10);
  assert.deepEqual([letter?.stream, letter?.failure.code, more], ['shadow-unpriced', 'price_missing', []]);
  await publish(journal, 'anthropic/claude');
  const retried = billing.shadowDeadLetters.retry(
    { kind: 'request', requestId: 'unpriced' },
    new AbortController().signal,
  );
  const outcomes = await Array.fromAsync(retried);
  assert.deepEqual(
    outcomes.map(({ isSettled }) => isSettled),
    [true],
  );
  assert.equal((await costs(journal, 1))[0]?.data.cost.amountNanoUsd, '5');
  assert.equal(billing.stats().shadowCostsStuck, 0);
});

test('the cost of a copy waits while the log is away', async (scope) => {
  const [pool, journal] = [await openSchema(scope), createMemoryJournal()];
  await publish(journal, 'anthropic/claude');
  let left = 2;
  const flaky: Journal = {
    ...journal,
    append: (request) =>
      request.events[0]?.type === 'ShadowCostPosted' && left-- > 0
        ? Promise.reject(new Fault({ code: 'unavailable', message: 'The log is away.' }))
        : journal.append(request),
  };
  await startBilling(scope, flaky, pool);
  await shadow(journal, 'r1', 5);
  assert.equal((await costs(journal, 1))[0]?.data.cost.amountNanoUsd, '5');
  assert.ok(left < 0);
});

test('the report adds copies up by route, models and hour, and its table is rebuilt equal', async (scope) => {
  const [pool, journal] = [await openSchema(scope), createMemoryJournal()];
  await publish(journal, 'anthropic/claude');
  const billing = await startBilling(scope, journal, pool);
  const times = { firstByteMs: 100, durationMs: 300 };
  await shadow(journal, 'r1', 10, {
    ...times,
    answerUsage: { output: 3 },
    answer: { firstByteMs: 20, durationMs: 40 },
  });
  await shadow(journal, 'r2', 5, { firstByteMs: 50, durationMs: 100, isSameText: false });
  await project(journal, pool);
  await shadow(journal, 'r3', 0, { outcome: 'OUTCOME_FAILED', isSameText: false, firstByteMs: 0 });
  await shadow(journal, 'r4', 1, { routeId: 'other', recordedAtMs: '7200000', answer: { outcome: 'OUTCOME_FAILED' } });
  await costs(journal, 4);
  await project(journal, pool);

  const [line, other, ...more] = await billing.shadowReport(everything);
  assert.deepEqual(more, []);
  assert.deepEqual(line, {
    routeId: 'route-1',
    provider: 'first',
    model: 'gpt-4o-mini',
    shadowProvider: 'second',
    shadowModel: 'claude',
    requests: 3,
    failed: 0,
    shadowFailed: 1,
    sameText: 1,
    firstByteMs: 8,
    shadowFirstByteMs: 75,
    durationMs: 16,
    shadowDurationMs: 200,
    outputTokens: 3,
    shadowOutputTokens: 15,
    shadowCostNanoUsd: 15n,
  });
  assert.deepEqual([other?.routeId, other?.requests, other?.failed, other?.firstByteMs], ['other', 1, 1, 0]);
  const ofRoute = async (query: object) =>
    (await billing.shadowReport({ ...everything, ...query })).map(({ routeId }) => routeId);
  assert.deepEqual(await ofRoute({ routeId: 'other' }), ['other']);
  assert.deepEqual(await ofRoute({ fromMs: 7_200_001 }), ['other']);
  assert.deepEqual(await ofRoute({ toMs: 7_199_999 }), ['route-1']);
  const own = ['billing.open_shadow', 'billing.shadow_comparison', 'billing.ledger'];
  for (const projection of billingProjections.filter(({ name }) => own.includes(name))) {
    const report = await replayProjection(projection, { journal, pool });
    assert.equal(report.isEqual, true, report.differences.join('\n'));
  }
});
