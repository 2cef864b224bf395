import type pg from 'pg';
import { migrationsOf, schemaNames } from '#host/schemas.ts';
import { findEmbeddedPostgres } from '#postgres/find-embedded-postgres.ts';
import { pendingMigrations } from '#postgres/migrate.ts';
import { closePool, openPool } from '#postgres/pool.ts';
import { clockFindingOf } from './clock-finding.ts';
import { type Check, type DoctorParts, type Finding, fail, ok, reasonOf, warn } from './finding.ts';

/** Whether the database answers, has the tables that this version wants, and agrees on the time. */
export const checkDatabase: Check = async (parts) => {
  const { config, dataDir } = parts;
  const own = config.databaseUrl ?? config.migrationDatabaseUrl;
  const connectionString = own ?? (await findEmbeddedPostgres(dataDir));
  if (connectionString === undefined) {
    return [ok('database', `the embedded PostgreSQL of ${dataDir} does not run; a gateway's start brings it up`)];
  }
  return withPool(connectionString, async (pool) => {
    try {
      const { rows } = await pool.query<{ server_version: string }>('show server_version');
      const version = rows[0]?.server_version ?? '';
      const kind = own === undefined ? 'the embedded PostgreSQL' : 'PostgreSQL';
      const answers = ok('database', `${kind} ${version} answers`);
      return [answers, await clockFinding(pool), ...(await schemaFindings(parts, pool))];
    } catch (thrown) {
      const advice = 'start it, or correct DATABASE_URL: address, user, password and database';
      return [fail('database', `does not answer: ${reasonOf(thrown)}`, advice)];
    }
  });
};

async function clockFinding(pool: pg.Pool): Promise<Finding> {
  const askedAtMs = Date.now();
  const { rows } = await pool.query<{ now_ms: number }>(
    'select extract(epoch from clock_timestamp())::float8 * 1000 as now_ms',
  );
  const hereMs = (askedAtMs + Date.now()) / 2;
  return clockFindingOf(Math.round(Math.abs((rows[0]?.now_ms ?? hereMs) - hereMs)));
}

/** As the role that owns the tables, where there is one: a service's own role sees no other's. */
async function schemaFindings({ config }: DoctorParts, pool: pg.Pool): Promise<readonly Finding[]> {
  const { migrationDatabaseUrl } = config;
  const lookAt = (owner: pg.Pool) => Promise.all(schemaNames().map((schema) => schemaFinding(schema, owner, config)));
  return migrationDatabaseUrl === undefined ? lookAt(pool) : withPool(migrationDatabaseUrl, lookAt);
}

async function schemaFinding(
  schema: string,
  pool: pg.Pool,
  { migrate, databaseUrl }: DoctorParts['config'],
): Promise<Finding> {
  const part = `schema ${schema}`;
  try {
    const pending = await pendingMigrations(pool, { schema, directory: migrationsOf(schema) });
    if (pending.length === 0) return ok(part, 'up to date');
    const message = `lacks ${pending.join(', ')}`;
    if (migrate === 'off') return fail(part, message, 'run "gatewayctl migrate": GATEWAY_MIGRATE is off');
    const how = databaseUrl === undefined ? '' : ', or run "gatewayctl migrate"';
    return warn(part, message, `the next start brings it up to date${how}`);
  } catch (thrown) {
    const advice =
      'run the version that wrote it; where this role may not look, set MIGRATION_DATABASE_URL to the owner';
    return fail(part, reasonOf(thrown), advice);
  }
}

async function withPool<T>(connectionString: string, use: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = openPool({ connectionString, max: 2, applicationName: 'gatewayctl doctor' });
  try {
    return await use(pool);
  } finally {
    await closePool(pool);
  }
}
