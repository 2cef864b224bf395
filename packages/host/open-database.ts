import type pg from 'pg';
import { migrate } from '#postgres/migrate.ts';
import { closePool, openPool } from '#postgres/pool.ts';
import { type Host, required } from './host.ts';
import { migrateSchema, migrationsOf } from './schemas.ts';
import { waitFor } from './wait-for.ts';

/** Connections for the projections, reads and lease of one service. */
const POOL_MAX_CONNECTIONS = 8;

export interface Database {
  readonly pool: pg.Pool;
  readonly connectionString: string;
}

export interface DatabaseWishes {
  readonly maxConnections?: number;
  /** As `PoolSettings.isDurable`. */
  readonly isDurable?: boolean;
}

/**
 * Opens the process' database and updates its services' schemas, unless `migrate` is off. Waits for a server as long as
 * it takes. Rejects if a migration fails, or if the process is told to stop.
 */
export async function openDatabase(
  host: Pick<Host, 'name' | 'config' | 'stack' | 'logger' | 'stopping'>,
  schemas: readonly string[],
  wishes: DatabaseWishes = {},
): Promise<Database> {
  const database = poolOf(host, wishes);
  await waitFor('the database', () => database.pool.query('select 1'), host);
  if (host.config.migrate === 'auto') for (const schema of schemas) await migrateSchema(schema, host.config);
  return database;
}

/**
 * Opens the database of a process that is the whole gateway. Its start fails if there is no database, and always
 * migrates.
 */
export async function openOwnDatabase(
  host: Pick<Host, 'name' | 'config' | 'stack'>,
  schemas: readonly string[],
  wishes: DatabaseWishes = {},
): Promise<Database> {
  const database = poolOf(host, wishes);
  await database.pool.query('select 1').catch(sayWhichDatabase);
  await Promise.all(schemas.map((schema) => migrate(database.pool, { schema, directory: migrationsOf(schema) })));
  return database;
}

function sayWhichDatabase(error: unknown): never {
  const why = error instanceof Error ? error.message : String(error);
  throw new Error(`the database of DATABASE_URL cannot be used: ${why}`, { cause: error });
}

/** A pool that is closed with the process. It connects with the first query. */
function poolOf(
  host: Pick<Host, 'name' | 'config' | 'stack'>,
  { maxConnections: max = POOL_MAX_CONNECTIONS, isDurable = false }: DatabaseWishes,
): Database {
  const { databaseUrl: connectionString } = required(host, { databaseUrl: 'DATABASE_URL' });
  const pool = openPool({ connectionString, max, isDurable, applicationName: `gateway ${host.name}` });
  host.stack.defer(() => closePool(pool));
  return { pool, connectionString };
}
