import { join } from 'node:path';
import type pg from 'pg';
import type { Journal, Subscription } from '#journal/journal.ts';
import { startProjector } from '#journal/projector.ts';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { createLogger } from '#telemetry/logger.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { type Accounts, createAccounts } from './accounts.ts';

/** Accounts on a PostgreSQL of its own and a log in memory, its projections running. */
export interface AccountsUnderTest {
  readonly accounts: Accounts;
  readonly journal: Journal;
  readonly pool: pg.Pool;
  /** Rows of a table of the schema. */
  countOf(table: string): Promise<number>;
  /** From here on the tables stay as they are, and commands don't wait for them. */
  stopProjection(): Promise<void>;
  /** Another instance on the same tables and log, as after a restart. */
  restart(): Promise<Accounts>;
  stop(): Promise<void>;
}

export async function startAccounts(journal: Journal = createMemoryJournal()): Promise<AccountsUnderTest> {
  const database = await createTemporaryDatabase();
  const pool = openPool({ connectionString: database.connectionString, max: 4, applicationName: 'accounts test' });
  await migrate(pool, { schema: 'accounts', directory: join(import.meta.dirname, '../migrations') });

  const logger = createLogger({ level: 'silent', service: 'accounts' });
  const config = { keyPepper: 'ab'.repeat(32) };
  const started: Accounts[] = [];
  const start = async (): Promise<Accounts> => {
    const awaitProjection = async (_name: string, position: number): Promise<void> => projector?.reached(position);
    const instance = await createAccounts({ config, journal, pool, logger, awaitProjection });
    started.push(instance);
    await instance.ready();
    return instance;
  };
  const accounts = await start();
  const [directory] = accounts.projections;
  if (directory === undefined) throw new Error('accounts has no projection');
  let projector: Subscription | undefined = await startProjector(directory, { journal, pool, logger });
  const stopProjection = async (): Promise<void> => {
    await projector?.close();
    projector = undefined;
  };

  return {
    accounts,
    journal,
    pool,
    countOf: async (table) => {
      const { rows } = await pool.query<{ count: bigint }>(`select count(*) from accounts.${table}`);
      return Number(rows[0]?.count);
    },
    stopProjection,
    restart: start,
    stop: async () => {
      await stopProjection();
      await Promise.all(started.map((instance) => instance.close()));
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}
