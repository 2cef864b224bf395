import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { type Bus, connectBus } from '#bus/connect-bus.ts';
import { connectJournal, type RemoteJournal } from '#clients/journal/connect-journal.ts';
import { newId } from '#kernel/ids.ts';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { startGrpcServer } from '#rpc/server.ts';
import { revocations } from '#testkit/journal-contract.ts';
import { startTemporaryNats, type TemporaryNats } from '#testkit/temporary-nats.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { startAppendResponder } from './api/append-responder.ts';
import { journalService } from './api/journal-service.ts';
import { defaultJournalConfig, type JournalConfig } from './config.ts';
import { type LocalJournal, openJournal } from './journal.ts';
import { startRelay } from './relay/relay.ts';

export const PART = 0;

const logger = pino({ level: 'silent' });

export const journalMigrations = fileURLToPath(new URL('../migrations', import.meta.url));

/** A log in a database of its own, and a way to open it once more, as a second process would. */
export interface TemporaryLog {
  readonly connectionString: string;
  open(options?: {
    readonly connectionString?: string;
    readonly onFenced?: () => void;
    readonly config?: Partial<JournalConfig>;
    readonly writer?: 'thread' | 'inline';
  }): Promise<LocalJournal>;
  query(sql: string): Promise<Record<string, unknown>[]>;
}

/** Calls `use` with a migrated database. Then closes every log that was opened on it, and drops it. */
export async function withTemporaryLog(use: (log: TemporaryLog) => Promise<void>): Promise<void> {
  await using database = await createTemporaryDatabase();
  const pool = openPool({ connectionString: database.connectionString, max: 4, applicationName: 'journal test' });
  pool.on('error', () => undefined);
  const opened: LocalJournal[] = [];
  try {
    await migrate(pool, { schema: 'journal', directory: journalMigrations });
    await use({
      connectionString: database.connectionString,
      async open({
        connectionString = database.connectionString,
        onFenced = () => undefined,
        config = {},
        writer = 'thread',
      } = {}) {
        const journal = await openJournal({
          connectionString,
          pool,
          logger,
          config: { ...defaultJournalConfig, ...config },
          writer,
          onFenced,
        });
        opened.push(journal);
        return journal;
      },
      query: async (sql) => (await pool.query(sql)).rows,
    });
  } finally {
    await Promise.all(opened.map((journal) => journal.close()));
    await pool.end();
  }
}

export interface RemoteLog {
  readonly nats: TemporaryNats;
  readonly bus: Bus;
  readonly local: LocalJournal;
  readonly remote: RemoteJournal;
  /** The leader answers while this is true. */
  lead(isLeading: boolean): void;
}

/** A journal process and a process that uses it, over a real NATS and gRPC. */
export async function withRemoteLog(use: (world: RemoteLog) => Promise<void>): Promise<void> {
  await withTemporaryLog(async (log) => {
    await using stack = new AsyncDisposableStack();
    const nats = stack.use(await startTemporaryNats());
    const connect = async (name: string): Promise<Bus> => {
      const bus = await connectBus({ servers: [nats.url], name, logger });
      stack.defer(() => bus.close());
      return bus;
    };
    const [bus, userBus, local] = [await connect('journal'), await connect('user'), await log.open()];
    let isLeading = true;
    const responder = startAppendResponder({ bus, part: PART, journal: local, isLeading: () => isLeading, logger });
    stack.defer(() => responder.close());
    // Otherwise a first try finds nobody, and the second gets another answer.
    await bus.connection.flush();
    const relay = startRelay({ bus, journal: local, part: PART, replicas: 1, isLeading: () => true, logger });
    stack.defer(() => relay.close());
    const ports = { readStored: local.readStored, readStoredStream: local.readStoredStream, head: local.logHead };
    const server = await startGrpcServer({
      host: '127.0.0.1',
      port: 0,
      services: [journalService(ports)],
      adminToken: 'token',
      logger,
    });
    stack.defer(() => server.drain());
    const peer = { addresses: [server.address], adminToken: 'token' };
    const remote = connectJournal({ bus: userBus, peer, part: PART, consumer: 'user-1', logger });
    stack.defer(() => remote.close());
    await use({ nats, bus, local, remote, lead: (leads) => (isLeading = leads) });
  });
}

/** Appends a stream's first event. */
export const appendTo = (journal: Pick<RemoteJournal, 'append'>, name: string) =>
  journal.append(revocations(name, 0, [newId()]));

/** Follows the log from the start, and checks that every position comes once and in order. */
export function follow(journal: RemoteJournal) {
  const seen: number[] = [];
  const subscription = journal.subscribe({
    name: 'follower',
    afterPosition: 0,
    onEvents: (events) => void seen.push(...events.map((event) => event.position)),
  });
  return {
    async hasAll(count: number) {
      await subscription.reached(count);
      assert.deepEqual(
        seen,
        Array.from({ length: count }, (_, index) => index + 1),
      );
    },
  };
}
