import { join } from 'node:path';
import type pg from 'pg';
import { createIdentifyKey } from '#api-keys/identify-key.ts';
import { isRefused } from '#api-keys/identity.ts';
import type { Journal, Subscription } from '#journal/journal.ts';
import { startProjector } from '#journal/projector.ts';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { followRegistry, noSnapshot } from '#registry/follow-registry.ts';
import { createLogger } from '#telemetry/logger.ts';
import { createMemoryJournal } from '#testkit/memory-journal.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { directory } from './projections/directory.ts';

/** Accounts on a PostgreSQL of its own and a log in memory, its projections running. */
export interface AccountsUnderTest {
  readonly accounts: Accounts;
  readonly journal: Journal;
  readonly pool: pg.Pool;
  /** Whose key a text is, as an ingress sees it; undefined: nobody's, or the key does not work. */
  whose(apiKey: string): { readonly keyId: string; readonly userId: string } | undefined;
  /** Rows of a table of the schema. */
  countOf(table: string): Promise<number>;
  /** From here on the tables stay as they are, and commands don't wait for them. */
  stopProjection(): Promise<void>;
  stop(): Promise<void>;
}

export async function startAccounts(journal: Journal = createMemoryJournal()): Promise<AccountsUnderTest> {
  const database = await createTemporaryDatabase();
  const pool = openPool({ connectionString: database.connectionString, max: 4, applicationName: 'accounts test' });
  await migrate(pool, { schema: 'accounts', directory: join(import.meta.dirname, '../migrations') });

  const logger = createLogger({ level: 'silent', service: 'accounts' });
  const config = { keyPepper: 'ab'.repeat(32) };
  const awaitProjection = async (_name: string, position: number): Promise<void> => projector?.reached(position);
  const registry = await followRegistry(journal, { name: 'test.registry', snapshot: noSnapshot });
  const { reached: awaitRegistry } = registry;
  const accounts = createAccounts({ config, journal, pool, logger, awaitProjection, awaitRegistry });
  const identify = createIdentifyKey(config.keyPepper, registry);
  let projector: Subscription | undefined = await startProjector(directory, { journal, pool, logger });
  const stopProjection = async (): Promise<void> => {
    await projector?.close();
    projector = undefined;
  };

  return {
    accounts,
    journal,
    pool,
    whose(apiKey) {
      const found = identify(apiKey, 0);
      return found === undefined || isRefused(found) ? undefined : { keyId: found.keyId, userId: found.userId };
    },
    countOf: async (table) => {
      const { rows } = await pool.query<{ count: bigint }>(`select count(*) from accounts.${table}`);
      return Number(rows[0]?.count);
    },
    stopProjection,
    stop: async () => {
      await stopProjection();
      await registry.close();
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}
