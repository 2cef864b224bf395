import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { pino } from 'pino';
import type { EventBodies, GatewayEvent } from '#contracts/events.ts';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import type { Journal, Subscription } from '#journal/journal.ts';
import type { Projection } from '#journal/projection.ts';
import { startProjector } from '#journal/projector.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { replayProjection } from '#journal/replay.ts';
import { derivedId, newId } from '#kernel/ids.ts';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import type { Registry } from '#registry/registry.ts';
import { admitted, credited, expired, shadowRecorded, used } from '#testkit/events.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { policy, registryOf } from '#testkit/policy.ts';
import { createTemporaryDatabase, type TemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { type Billing, billingProjections, leadBilling, loadAndFollow } from './billing.ts';
import { openRequestProjection } from './projections/open-request.ts';
import { CHARGES_IN_FLIGHT_MAX } from './reactions/charges-in-flight.ts';
import { createBilling } from './testing.ts';

const logger = pino({ level: 'silent' });
const directory = fileURLToPath(new URL('../migrations', import.meta.url));
const startedAtMs = Date.parse('2026-03-01T12:00:00Z');

/** The operator's own price of a model. */
function houseModel(inputUsd = '0.001', changes: Parameters<typeof policy.price>[0] = {}) {
  const prices = [
    { unit: 'input', usdPerMillion: inputUsd },
    { unit: 'output', usdPerMillion: '0.004' },
  ];
  return policy.price({ id: 'openai/gpt-4o-mini', prices, source: 'config', ...changes });
}

const providers = (...catalogues: readonly string[]) => catalogues.map((id) => policy.provider({ id }));

let database: TemporaryDatabase;

beforeAll(async () => {
  database = await createTemporaryDatabase();
});

afterAll(() => database[Symbol.asyncDispose]());

/** An empty schema of its own for each test. */
async function openSchema(): Promise<pg.Pool> {
  const pool = openPool({ connectionString: database.connectionString, max: 6, applicationName: 'billing test' });
  await pool.query('drop schema if exists billing cascade');
  await migrate(pool, { schema: 'billing', directory });
  return pool;
}

async function startBilling(journal: Journal, pool: pg.Pool, registry: Registry = registryOf(houseModel())) {
  const billing = await createBilling({ registry, journal, pool, logger, clock: () => startedAtMs });
  await billing.ready();
  return billing;
}

async function append(journal: Journal, stream: string, expectedVersion: number, event: GatewayEvent): Promise<void> {
  const eventId = derivedId(stream, `${event.type}-${expectedVersion}`);
  await journal.append({
    stream,
    expectedVersion,
    events: [{ ...event, eventId }],
    correlationId: 'c',
    causationId: '',
  });
}

function admit(journal: Journal, requestId: string, changes: Partial<EventBodies['RequestAdmitted']> = {}) {
  const candidates = [{ provider: 'first', model: 'gpt-4o-mini', priceKey: 'openai/gpt-4o-mini', priceVersion: 1 }];
  return append(journal, streams.request(requestId), 0, admitted({ requestId, candidates, ...changes }));
}

function use(journal: Journal, requestId: string, input: number, changes: Partial<EventBodies['UsageRecorded']> = {}) {
  const usage = { input, cache_write: 1, output: 1 };
  return append(journal, streams.request(requestId), 1, used({ requestId, usage, ...changes }));
}

function expire(journal: Journal, requestId: string) {
  return append(journal, streams.request(requestId), 1, expired({ requestId }));
}

function credit(journal: Journal, amountNanoUsd: bigint) {
  return append(journal, streams.user('u1'), 0, credited('u1', amountNanoUsd));
}

/** Resolves with all charges of the log once there are so many. */
async function charges(journal: Journal, count: number): Promise<RecordedEvent<'ChargePosted'>[]> {
  const found: RecordedEvent<'ChargePosted'>[] = [];
  const enough = Promise.withResolvers<void>();
  const subscription = journal.subscribe({
    name: 'charges',
    afterPosition: 0,
    onEvents: (events) => {
      for (const event of events) if (event.type === 'ChargePosted') found.push(event);
      if (found.length >= count) enough.resolve();
    },
  });
  await enough.promise;
  await subscription.close();
  return found;
}

/** Runs projections until they have taken the whole log. */
async function project(projections: readonly Projection[], journal: Journal, pool: pg.Pool): Promise<void> {
  const projectors: Subscription[] = await Promise.all(
    projections.map((projection) => startProjector(projection, { journal, pool, logger })),
  );
  const head = await journal.head();
  await Promise.all(projectors.map((projector) => projector.reached(head)));
  await Promise.all(projectors.map((projector) => projector.close()));
}

async function stop(pool: pg.Pool, ...running: readonly Billing[]): Promise<void> {
  for (const billing of running) await billing.close();
  await pool.end();
}

test('prices are published once, again only where they change, and the operator’s win over the catalogue’s', async () => {
  const [pool, journal] = [await openSchema(), createMemoryJournal()];
  const first = await startBilling(journal, pool, registryOf(houseModel(), ...providers('openai', 'anthropic')));
  const published = await first.publishPrices();
  assert.ok(published > 50);
  assert.equal(await first.publishPrices(), 0);
  assert.ok(first.isPriced('openai/gpt-4o') && first.isPriced('anthropic/claude-haiku-4-5'));
  assert.ok(!first.isPriced('openai/no-such-model'));
  const [own, ...more] = await journal.readStream('price-openai/gpt-4o-mini');
  assert.ok(own?.type === 'PricePublished');
  assert.deepEqual([own.data.source, own.data.prices[0]?.picoUsd, more], ['config', '1000', []]);

  await project(billingProjections, journal, pool);
  const restarted = await startBilling(journal, pool, registryOf(houseModel('0.002'), ...providers('openai')));
  assert.equal(await restarted.publishPrices(), 1);
  const versions = await journal.readStream('price-openai/gpt-4o-mini');
  assert.deepEqual(
    versions.map((event) => event.version),
    [1, 2],
  );
  await stop(pool, first, restarted);
});

test('two processes that seed the same prices at once publish each price once', async () => {
  const [pool, journal] = [await openSchema(), createMemoryJournal()];
  const both = [await startBilling(journal, pool), await startBilling(journal, pool)] as const;
  const counts = await Promise.all(both.map((billing) => billing.publishPrices()));
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    await journal.head(),
  );
  await stop(pool, ...both);
});

test('a request that runs while its price changes is charged at the price it was admitted at', async () => {
  const [pool, journal] = [await openSchema(), createMemoryJournal()];
  const registry = registryOf(houseModel());
  const billing = await startBilling(journal, pool, registry);
  await billing.publishPrices();
  await admit(journal, 'running');
  registry.load(houseModel('9'));
  assert.equal(await billing.publishPrices(), 1);
  await use(journal, 'running', 1_000);
  const [charge] = await charges(journal, 1);
  assert.equal(charge?.data.priceVersion, 1);
  assert.equal(charge?.data.lines.find(({ unit }) => unit === 'input')?.pricePicoUsd, '1000');
  await stop(pool, billing);
});

test('a day’s usage and the ledger add up to the charges', async () => {
  const [pool, journal] = [await openSchema(), createMemoryJournal(() => startedAtMs)];
  const billing = await startBilling(journal, pool);
  await billing.publishPrices();
  await credit(journal, 5_000n);
  for (let i = 0; i < 5; i += 1) {
    await admit(journal, `r${i}`, { holdNanoUsd: i === 4 ? '10' : '1000' });
    await use(journal, `r${i}`, 10);
  }
  await admit(journal, 'failed');
  await use(journal, 'failed', 0, { quantities: [], provider: '', model: '', outcome: 'OUTCOME_FAILED' });
  const posted = await charges(journal, 6);
  await project(billingProjections, journal, pool);

  const amount = posted.reduce((sum, event) => sum + BigInt(event.data.amountNanoUsd), 0n);
  // 11 prompt tokens at 1 nano-USD and an output token at 4, times 1.5, rounded: 23. One of the five had a hold of 10
  // only.
  assert.equal(amount, 4n * 23n + 10n);
  assert.deepEqual(await billing.usage({ userId: 'u1', fromDay: '2026-03-01', toDay: '2026-03-01' }), [
    {
      day: '2026-03-01',
      model: 'gpt-4o-mini',
      requests: 5,
      usage: { input: 50, cache_write: 5, output: 5 },
      amountNanoUsd: amount,
    },
  ]);
  assert.deepEqual(await billing.usage({ userId: 'u1', fromDay: '2026-03-02', toDay: '2026-03-31' }), []);
  const ledger = await pool.query('select account, balance_nano_usd, entries from billing.ledger order by account');
  assert.deepEqual(
    ledger.rows.map((row) => [row.account, row.balance_nano_usd, row.entries]),
    [
      ['customer:u1', '4898', 6n],
      ['house_overrun', '-13', 1n],
      ['revenue', '115', 5n],
      ['topups', '-5000', 1n],
    ],
  );
  await stop(pool, billing);
});

test('a usage that was recorded and not charged when the process died is charged once after each restart', async () => {
  const [pool, journal] = [await openSchema(), createMemoryJournal()];
  const before = await startBilling(journal, pool);
  await before.publishPrices();
  await admit(journal, 'charged');
  await use(journal, 'charged', 1);
  await charges(journal, 1);
  await before.close();

  await admit(journal, 'uncharged');
  await admit(journal, 'running');
  await admit(journal, 'expired');
  await use(journal, 'uncharged', 2);
  await expire(journal, 'expired');
  await project(billingProjections, journal, pool);
  await admit(journal, 'after the checkpoint');
  await use(journal, 'after the checkpoint', 3);

  const restarted = await startBilling(journal, pool);
  await charges(journal, 3);
  await restarted.close();
  const again = await startBilling(journal, pool);
  await use(journal, 'running', 4);
  const posted = await charges(journal, 4);
  assert.deepEqual(
    posted.map((event) => [event.data.requestId, event.version]),
    ['charged', 'uncharged', 'after the checkpoint', 'running'].map((requestId) => [requestId, 3]),
  );
  await again.close();
  assert.deepEqual(again.stats(), {
    openRequests: 0,
    charges: 1,
    chargesInFlight: 0,
    chargesStuck: 0,
    shadowCostsStuck: 0,
  });
  await stop(pool);
});

test('a standby follows the log and charges nothing; leading, it charges what it found and what comes, each once', async () => {
  const [pool, journal] = [await openSchema(), createMemoryJournal()];
  const leader = await startBilling(journal, pool);
  await leader.publishPrices();
  // All a standby is given of the log.
  const requests = await loadAndFollow({ pool, journal: { subscribe: journal.subscribe } });
  await admit(journal, 'charged');
  await use(journal, 'charged', 1);
  await charges(journal, 1);
  await leader.close();
  await admit(journal, 'found');
  await use(journal, 'found', 2);
  await admit(journal, 'running');
  const head = await journal.head();
  await requests.reached(head);
  assert.equal(requests.open.size(), 2);
  assert.equal((await journal.readStream(streams.request('found'))).length, 2);

  const parts = { journal, pool, logger, clock: () => startedAtMs, awaitProjection: async () => {} };
  const elected = await leadBilling({ ...parts, requests, from: head });
  await use(journal, 'running', 3);
  const posted = await charges(journal, 3);
  assert.deepEqual(
    posted.map((event) => event.data.requestId),
    ['charged', 'found', 'running'],
  );
  assert.equal(await elected.openPrices(registryOf(houseModel())).publish(), 0);
  await elected.close();
  assert.deepEqual(elected.stats(), {
    openRequests: 0,
    charges: 2,
    chargesInFlight: 0,
    chargesStuck: 0,
    shadowCostsStuck: 0,
  });
  await stop(pool);
});

test('a start with empty tables finds the same from the log alone', async () => {
  const [pool, journal] = [await openSchema(), createMemoryJournal()];
  const before = await startBilling(journal, pool);
  await before.publishPrices();
  await admit(journal, 'r1');
  await use(journal, 'r1', 1);
  await charges(journal, 1);
  await before.close();
  await admit(journal, 'r2');
  await use(journal, 'r2', 1);
  const fresh = await startBilling(journal, pool);
  assert.equal((await charges(journal, 2)).length, 2);
  assert.ok(fresh.isPriced('openai/gpt-4o-mini'));
  await fresh.close();
  assert.equal(fresh.stats().charges, 1);
  await stop(pool);
});

test('the table of open requests holds those without an end, and nothing else', async () => {
  const [pool, journal] = [await openSchema(), createMemoryJournal()];
  for (const requestId of ['used', 'running', 'expired']) await admit(journal, requestId);
  await project([openRequestProjection], journal, pool);
  await use(journal, 'used', 1);
  await expire(journal, 'expired');
  await admit(journal, 'used within a batch');
  await use(journal, 'used within a batch', 1);
  await admit(journal, 'gone within a batch');
  await expire(journal, 'gone within a batch');
  await project([openRequestProjection], journal, pool);
  const { rows } = await pool.query(
    'select request_id, usage is not null as is_used from billing.open_request order by admitted_position',
  );
  assert.deepEqual(
    rows.map((row) => [row.request_id, row.is_used]),
    [
      ['used', true],
      ['running', false],
      ['used within a batch', true],
    ],
  );
  await stop(pool);
});

test('every read model rebuilt from the log equals the live one', async () => {
  const [pool, journal] = [await openSchema(), createMemoryJournal()];
  const billing = await startBilling(journal, pool, registryOf(houseModel(), ...providers('deepseek')));
  await billing.publishPrices();
  await credit(journal, 5_000n);
  for (let i = 0; i < 250; i += 1) {
    await admit(journal, `r${i}`);
    if (i % 3 > 0) await use(journal, `r${i}`, i);
    if (i % 50 === 0) await project(billingProjections, journal, pool);
    // The price of its target is not in the log: it stays open.
    if (i % 50 === 1)
      await append(journal, streams.shadow(`r${i}`), 0, shadowRecorded({ requestId: `r${i}`, usage: { input: 1 } }));
  }
  await charges(journal, 166);
  await project(billingProjections, journal, pool);
  for (const projection of billingProjections) {
    const report = await replayProjection(projection, { journal, pool });
    assert.deepEqual([report.projection, report.isEqual, report.differences], [projection.name, true, []]);
    assert.ok(report.rows > 0, projection.name);
  }
  await stop(pool, billing);
});

test('days that make no range are refused', async () => {
  const [pool, journal] = [await openSchema(), createMemoryJournal()];
  const billing = await startBilling(journal, pool);
  for (const [fromDay, toDay] of [
    ['yesterday', '2026-03-01'],
    ['0000-01-01', '0000-01-02'],
    ['2026-02-30', '2026-03-01'],
    ['2026-03-02', '2026-03-01'],
    ['2020-01-01', '2026-03-01'],
  ] as const) {
    await assert.rejects(billing.usage({ userId: 'u1', fromDay, toDay }), { code: 'invalid_request' });
  }
  await stop(pool, billing);
});

test('a close does not wait for a log that is away, however many charges wait for it', {
  timeoutMs: 20_000,
}, async () => {
  const pool = await openSchema();
  const memory = createMemoryJournal();
  let isAway = false;
  const journal: Journal = {
    ...memory,
    async append(request) {
      const isCharge = request.events[0]?.type === 'ChargePosted';
      if (isAway && isCharge) throw new Fault({ code: 'unavailable', message: 'The log is away.' });
      return memory.append(request);
    },
  };
  const billing = await startBilling(journal, pool);
  await billing.publishPrices();
  isAway = true;
  const requestIds = Array.from({ length: CHARGES_IN_FLIGHT_MAX + 1 }, () => newId());
  for (const requestId of requestIds) {
    await admit(journal, requestId);
    await use(journal, requestId, 1);
  }
  while (billing.stats().chargesInFlight < CHARGES_IN_FLIGHT_MAX) await pause(5);
  const closing = performance.now();
  await billing.close();
  assert.ok(performance.now() - closing < 3_000);
  await pool.end();
});
