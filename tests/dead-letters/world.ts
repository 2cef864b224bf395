import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { pino } from 'pino';
import type { GatewayEvent } from '#contracts/events.ts';
import { requestEventId } from '#contracts/request-event-id.ts';
import { streams } from '#contracts/streams.ts';
import { deadLettersService } from '#dead-letters/dead-letters-service.ts';
import { keepProjections } from '#journal/kept-projections.ts';
import { newId } from '#kernel/ids.ts';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { startGrpcServer } from '#rpc/server.ts';
import { admitted, credited, pricePublished, used, userCreated } from '#testkit/events.ts';
import { registryOf } from '#testkit/policy.ts';
import { runProgram } from '#testkit/run-program.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { createBilling } from '../../services/billing/src/testing.ts';
import { type LocalJournal, openJournal } from '../../services/journal/src/journal.ts';
import { defaultQuotaConfig } from '../../services/quota/src/config.ts';
import { createQuota } from '../../services/quota/src/testing.ts';

const logger = pino({ level: 'silent' });
const SCHEMAS = ['journal', 'quota', 'billing'] as const;
const CLI = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));
const adminToken = 'the-token-of-an-admin';

/** A user with a dollar, whose requests were admitted at a price the log does not have. */
const USER = 'u1';
const PRICE_KEY = 'openai/later';

/** A real log, with quota and billing upon it in this process, and gatewayctl beside it. */
export interface World extends AsyncDisposable {
  readonly journal: LocalJournal;
  readonly pool: pg.Pool;
  readonly quota: Awaited<ReturnType<typeof createQuota>>;
  /** A request that was admitted and used, of ten tokens; its id. */
  use(): Promise<string>;
  /** The price they wait for: a nano-USD an output token, times 1.5. */
  publishPrice(): Promise<void>;
  startBilling(options?: { readonly stuckRetryMs?: number }): Promise<RunningBilling>;
}

export interface RunningBilling {
  readonly stats: () => { readonly charges: number; readonly chargesStuck: number };
  ctl(...args: string[]): ReturnType<typeof runProgram>;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  await using opened = new AsyncDisposableStack();
  const { connectionString } = opened.use(await createTemporaryDatabase());
  const pool = openPool({ connectionString, max: 8, applicationName: 'dead letters test' });
  opened.defer(() => pool.end());
  for (const schema of SCHEMAS) {
    const directory = fileURLToPath(new URL(`../../services/${schema}/migrations`, import.meta.url));
    await migrate(pool, { schema, directory });
  }
  const onFenced = (error: Error): void => {
    throw error;
  };
  const journal = await openJournal({ connectionString, pool, logger, writer: 'inline', onFenced });
  opened.defer(() => journal.close());
  const append = appendTo(journal);
  await append(streams.user(USER), 0, userCreated({ userId: USER }));
  await append(streams.user(USER), 1, credited(USER, 1_000_000_000n));
  const quota = await createQuota({ config: defaultQuotaConfig, journal, pool, logger });
  opened.defer(() => quota.close());
  await quota.ready();
  const running = opened.move();
  return {
    journal,
    pool,
    quota,
    async use() {
      const requestId = newId();
      const candidates = [{ provider: 'first', model: 'later', priceKey: PRICE_KEY, priceVersion: 1 }];
      const admission = admitted({ requestId, userId: USER, candidates, expiresAtMs: 9_000_000_000_000 });
      const usage = used({ requestId, userId: USER, model: 'later', usage: { output: 10 } });
      const stream = streams.request(requestId);
      const ids = [requestEventId(requestId, 'request-admitted'), requestEventId(requestId, 'usage-recorded')] as const;
      await append(stream, 0, admission, ids[0]);
      await append(stream, 1, usage, ids[1]);
      return requestId;
    },
    publishPrice: () => append(streams.price(PRICE_KEY), 0, pricePublished(PRICE_KEY)),
    startBilling: (options = {}) => startBilling(journal, pool, options),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function appendTo(journal: LocalJournal) {
  return async (stream: string, expectedVersion: number, event: GatewayEvent, eventId = newId()): Promise<void> => {
    const events = [{ ...event, eventId }];
    const result = await journal.append({ stream, expectedVersion, events, correlationId: eventId, causationId: '' });
    if (result.kind !== 'appended') throw new Error(`${stream} is not at version ${expectedVersion}`);
  };
}

/** Billing as its process starts it, with the interface that gatewayctl asks. */
async function startBilling(
  journal: LocalJournal,
  pool: pg.Pool,
  { stuckRetryMs = 3_600_000 }: { readonly stuckRetryMs?: number },
): Promise<RunningBilling> {
  const billing = await createBilling({ registry: registryOf(), journal, pool, logger, stuckRetryMs });
  const kept = await keepProjections(billing.projections, { journal, pool, logger });
  await billing.ready();
  const server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    adminToken,
    logger,
    services: [deadLettersService([...kept.deadLetters, billing.deadLetters])],
  });
  const environment = { GATEWAY_GRPC_ADDRESS: server.address, GATEWAY_ADMIN_TOKEN: adminToken };
  return {
    stats: billing.stats,
    ctl: (...args) => runProgram(CLI, args, { cwd: import.meta.dirname, environment }),
    async close() {
      await server.drain();
      await kept.close();
      await billing.close();
    },
  };
}
