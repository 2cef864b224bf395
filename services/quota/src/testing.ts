import { join } from 'node:path';
import type pg from 'pg';
import { pino } from 'pino';
import type { EventType, GatewayEvent } from '#contracts/events.ts';
import { homeStream } from '#contracts/home-stream.ts';
import type { Journal } from '#journal/journal.ts';
import type { RecordedEvent } from '#journal/recorded-event.ts';
import { newId } from '#kernel/ids.ts';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { followRegistry, noSnapshot } from '#registry/follow-registry.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import type { Scope } from '#testkit/test.ts';
import { defaultQuotaConfig, type QuotaConfig } from './config.ts';
import { leadQuota, loadAndFollow, type Quota } from './quota.ts';

/** Appends events as their services would, each to its own stream, and returns the last position. */
export async function record(journal: Journal, ...events: readonly GatewayEvent[]): Promise<number> {
  let position = 0;
  for (const event of events) {
    const stream = homeStream(event);
    const expectedVersion = (await journal.readStream(stream)).length;
    const result = await journal.append({
      stream,
      expectedVersion,
      events: [{ eventId: newId(), ...event }],
      correlationId: stream,
      causationId: '',
    });
    if (result.kind !== 'appended') throw new Error(`${event.type} met version ${result.actualVersion} of ${stream}`);
    position = result.position;
  }
  return position;
}

/** Resolves with the next event of a type after a position. */
export async function eventAfter<T extends EventType>(
  journal: Journal,
  afterPosition: number,
  type: T,
): Promise<RecordedEvent<T>> {
  const { promise, resolve } = Promise.withResolvers<RecordedEvent<T>>();
  const isOfType = (event: RecordedEvent): event is RecordedEvent<T> & RecordedEvent => event.type === type;
  const subscription = journal.subscribe({
    name: 'spec',
    afterPosition,
    onEvents(events) {
      const event = events.find(isOfType);
      if (event !== undefined) resolve(event);
    },
  });
  const event = await promise;
  await subscription.close();
  return event;
}

/** An empty database with the quota schema, and a pool of connections to it. */
export async function createQuotaDatabase(): Promise<AsyncDisposable & { readonly pool: pg.Pool }> {
  const database = await createTemporaryDatabase();
  const pool = openPool({ connectionString: database.connectionString, max: 4, applicationName: 'quota-spec' });
  await migrate(pool, { schema: 'quota', directory: join(import.meta.dirname, '../migrations') });
  return {
    pool,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Quota without a process: its books are loaded, and it leads by them at once. */
export async function createQuota(
  dependencies: Omit<Parameters<typeof leadQuota>[0], 'books' | 'registry' | 'from'> & { readonly pool: pg.Pool },
): Promise<Quota> {
  const { journal } = dependencies;
  const books = await loadAndFollow(dependencies);
  const registry = await followRegistry(journal, { name: 'spec.registry', snapshot: noSnapshot });
  const quota = leadQuota({ ...dependencies, books, registry, from: await journal.head() });
  return {
    ...quota,
    async close() {
      await quota.close();
      await registry.close();
    },
  };
}

/** A moment for specs, in ms since 1970. */
export const NOW = 1_000_020_000;

/** Quota on a log, closed with the test; its tables stay empty, so it folds the whole log. */
export async function startQuota(
  scope: Scope,
  pool: pg.Pool,
  journal: Journal,
  config: Partial<QuotaConfig> = {},
): Promise<{ readonly quota: Quota; readonly clock: { nowMs: number } }> {
  const clock = { nowMs: NOW };
  const quota = await createQuota({
    config: { ...defaultQuotaConfig, multiplierBasisPoints: 10_000, sweepIntervalMs: 5, ...config },
    journal,
    pool,
    logger: pino({ level: 'silent' }),
    clock: () => clock.nowMs,
  });
  scope.defer(() => quota.close());
  await quota.ready();
  return { quota, clock };
}

/** Waits turn by turn of the event loop; the test runner's time limit bounds it. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}
