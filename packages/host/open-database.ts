import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import type { GatewayConfig } from '#config/gateway-config.ts';
import { migrate } from '#postgres/migrate.ts';
import { closePool, openPool } from '#postgres/pool.ts';
import { type Host, required } from './host.ts';
import { waitFor } from './wait-for.ts';

/** Projections, reads and the lease of one service. */
const POOL_MAX_CONNECTIONS = 8;

export interface DatabaseWishes {
  readonly maxConnections?: number;
  /** As `PoolSettings.isDurable`. */
  readonly isDurable?: boolean;
}

/**
 * The service's database, its schema up to date unless `migrate` is off. Waits for a server as long as it takes; rejects
 * where a migration fails, or the process is told to stop.
 */
export async function openDatabase(
  host: Pick<Host, 'name' | 'config' | 'stack' | 'logger' | 'stopping'>,
  { maxConnections: max = POOL_MAX_CONNECTIONS, isDurable = false }: DatabaseWishes = {},
): Promise<{ pool: pg.Pool; connectionString: string }> {
  const { databaseUrl: connectionString } = required(host, { databaseUrl: 'DATABASE_URL' });
  const pool = openPool({ connectionString, max, isDurable, applicationName: `gateway ${host.name}` });
  host.stack.defer(() => closePool(pool));
  await waitFor('the database', () => pool.query('select 1'), host);
  if (host.config.migrate === 'auto') await migrateSchema(host.name, host.config);
  return { pool, connectionString };
}

/** Brings a service's schema up to date, as the role that owns it where there is one. */
export async function migrateSchema(name: string, config: GatewayConfig): Promise<void> {
  const target = config.migrationDatabaseUrl ?? config.databaseUrl;
  if (target === undefined) throw new Error(`${name} needs MIGRATION_DATABASE_URL or DATABASE_URL to be set`);
  const directory = fileURLToPath(new URL(`../../services/${name}/migrations`, import.meta.url));
  await migrate(target, { schema: name, directory });
}
