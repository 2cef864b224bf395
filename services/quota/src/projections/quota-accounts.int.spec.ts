import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { GatewayEvent } from '#contracts/events.ts';
import { inProjectionTransaction } from '#journal/projector.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { admitted, charged, credited, expired, pricePublished, used } from '#testkit/events.ts';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { loadBooks } from '../adapters/load-books.ts';
import { emptyBooks } from '../domain/account/books.ts';
import type { LimitCounters } from '../domain/limit/limit-counters.ts';
import { type BooksSnapshot, createLiveBooks } from '../memory/live-books.ts';
import { createQuotaDatabase } from '../testing.ts';
import { quotaAccounts } from './quota-accounts.ts';

let database: Awaited<ReturnType<typeof createQuotaDatabase>>;
beforeAll(async () => {
  database = await createQuotaDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

/** A log without contradictions, whatever the numbers: each picks the next event among those that can follow. */
const logs: fc.Arbitrary<RecordedEvent[]> = fc
  .array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 1_000 })), { minLength: 20, maxLength: 80, size: 'max' })
  .map((choices) => {
    const log: RecordedEvent[] = [];
    const versions = new Map<string, number>();
    const open: { requestId: string; userId: string; holdNanoUsd: bigint; payerKind: string; payerId: string }[] = [];
    const metered: typeof open = [];
    const append = (event: GatewayEvent, stream: string): void => {
      const version = (versions.get(stream) ?? 0) + 1;
      versions.set(stream, version);
      const body = JSON.stringify(event.data);
      log.push({ ...event, position: log.length + 1, stream, version, body } as RecordedEvent);
    };
    for (const [kind, n] of choices) {
      const userId = `u${n % 3}`;
      const payer = n % 4 === 0 ? { payerKind: 'team', payerId: `t${n % 3}` } : { payerKind: '', payerId: '' };
      const next = { requestId: `r${log.length}`, userId, holdNanoUsd: BigInt(n), ...payer };
      if (kind === 0) append(credited(userId, BigInt(n + 1), payer), userId);
      else if (kind === 1) append(pricePublished(`c/${n % 4}`, { outputPicoUsd: n }), `c/${n % 4}`);
      else if (kind === 2 && open.length > 0) append(expired(takeFrom(open, n)), 'request');
      else if (kind === 3 && open.length > 0) {
        const hold = takeFrom(open, n);
        append(used(hold), 'request');
        metered.push(hold);
      } else if (kind === 4 && metered.length > 0) {
        const hold = takeFrom(metered, n);
        append(charged({ ...hold, amountNanoUsd: hold.holdNanoUsd / 2n }), 'request');
      } else {
        append(reserving(admitted({ ...next, admittedAtMs: log.length * 9_000 }), n), 'request');
        open.push(next);
      }
    }
    return log;
  });

/** On a limit of its own window of a minute, on one that never ends, and now and then on an earlier window or generation. */
function reserving(event: GatewayEvent<'RequestAdmitted'>, n: number): GatewayEvent<'RequestAdmitted'> {
  const minute = Math.floor(Number(event.data.admittedAtMs) / 60_000) - (n % 10 === 0 ? 1 : 0);
  const on = { generation: n % 3, unit: 'requests', provider: '', kind: 'hard' };
  const reservations = [
    { ...on, limitId: `l${n % 2}`, windowStartMs: String(Math.max(0, minute) * 60_000), amount: '1' },
    { ...on, limitId: 'ever', windowStartMs: '0', unit: 'cost', amount: String(n + 1), kind: 'rate' },
  ];
  return { ...event, data: { ...event.data, reservations } };
}

function takeFrom<T>(items: T[], n: number): T {
  const [item] = items.splice(n % items.length, 1);
  assert.ok(item !== undefined);
  return item;
}

/** The books folded in memory, from nothing or from where they stood. */
function fold(log: readonly RecordedEvent[], from?: BooksSnapshot): BooksSnapshot {
  const snapshot = from ?? { ...emptyBooks(), prices: new Map(), position: 0 };
  const live = createLiveBooks(snapshot, () => undefined);
  live.take(log);
  const { accounts, holds, counters } = live;
  return { accounts, holds, counters: sorted(counters), prices: snapshot.prices, position: live.position() };
}

/** Rows have no order. */
function sorted(counters: BooksSnapshot['counters']): BooksSnapshot['counters'] {
  const inOrder = [...counters].map(([limitId, { current, others }]): [string, LimitCounters] => [
    limitId,
    { current, others: [...others].sort((a, b) => a.startMs - b.startMs || a.generation - b.generation) },
  ]);
  return new Map(inOrder);
}

/** As the projector does: a batch and its checkpoint in one transaction. */
async function project(events: readonly RecordedEvent[]): Promise<void> {
  await inProjectionTransaction(database.pool, quotaAccounts.schema, async (client) => {
    await quotaAccounts.apply(client, events);
    await client.query(
      `insert into checkpoint values ($1, $2) on conflict (projection) do update set position = excluded.position`,
      [quotaAccounts.name, events.at(-1)?.position],
    );
  });
}

test('the tables hold what the log folds to at any cut, whatever the batches, and the fold goes on from there', async () => {
  await fc.assert(
    fc.asyncProperty(logs, fc.integer({ min: 1, max: 40 }), async (log, batchEvents) => {
      await database.pool.query('truncate quota.account, quota.hold, quota.counter, quota.price, quota.checkpoint');
      for (let from = 0; from < log.length; from += batchEvents) {
        const cut = Math.min(from + batchEvents, log.length);
        await project(log.slice(from, cut));
        const loaded = await loadBooks(database.pool);
        assert.deepEqual({ ...loaded, counters: sorted(loaded.counters) }, fold(log.slice(0, cut)));
        assert.deepEqual(fold(log, loaded), fold(log));
      }
    }),
    { numRuns: 25 },
  );
});

test('a batch that contradicts the tables changes nothing', async () => {
  await database.pool.query('truncate quota.account, quota.hold, quota.counter, quota.price, quota.checkpoint');
  const at = (event: GatewayEvent, position: number): RecordedEvent =>
    ({ ...event, position, version: 1, body: JSON.stringify(event.data) }) as RecordedEvent;
  await project([at(credited('u', 3n), 1)]);
  const before = await loadBooks(database.pool);
  const broken = [at(credited('u', 5n), 2), at(used({ requestId: 'r', userId: 'u' }), 3)];
  await assert.rejects(project(broken), /position 3, UsageRecorded: request r has no hold/);
  assert.deepEqual(await loadBooks(database.pool), before);
});
