import pg from 'pg';
import { openPool } from './pool.ts';
import { type Migration, readMigrations } from './read-migrations.ts';

export interface MigrateSettings {
  /** The PostgreSQL schema of the migrations. Created if missing. */
  readonly schema: string;
  /** The folder with `0001-what/up.sql`, `0002-…`. */
  readonly directory: string;
}

interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
}

/** Another process' migration may rewrite a big table. After this time, somebody has to look. */
const LOCK_TIMEOUT_MS = 10 * 60_000;

const UNDEFINED_TABLE = '42P01';

/**
 * Updates a schema, and says what was applied. Migrations run in order, each in a transaction of its own with the
 * schema as `search_path`, so that they name their tables bare. `<schema>.migration` lists the applied ones. If several
 * processes start at once, one migrates and the others wait. With nothing to do, this takes one round trip.
 *
 * Throws if a migration's SQL fails, and leaves that migration undone. Throws before it does anything if an applied
 * migration was changed since, is unknown to the directory (a newer version applied it), or comes after one that is not
 * applied yet.
 */
export async function migrate(
  target: pg.Pool | string,
  { schema, directory }: MigrateSettings,
): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(directory);
  if (typeof target !== 'string') return migratePool(target, schema, migrations);
  const pool = openPool({ connectionString: target, max: 1, applicationName: `migrate ${schema}` });
  try {
    return await migratePool(pool, schema, migrations);
  } finally {
    await pool.end();
  }
}

/**
 * The migrations that a schema still lacks, without a change to the database. Throws where the applied ones are not those of
 * the directory, as `migrate` does.
 */
export async function pendingMigrations(pool: pg.Pool, { schema, directory }: MigrateSettings): Promise<string[]> {
  const migrations = await readMigrations(directory);
  const applied = (await readApplied(pool, schema)) ?? [];
  return pendingOf(schema, migrations, applied).map(({ name }) => name);
}

async function migratePool(pool: pg.Pool, schema: string, migrations: Migration[]): Promise<{ applied: string[] }> {
  const applied = await readApplied(pool, schema);
  if (applied !== undefined && pendingOf(schema, migrations, applied).length === 0) return { applied: [] };

  const client = await pool.connect();
  try {
    return { applied: await migrateLocked(client, schema, migrations) };
  } finally {
    // Closed and not returned to the pool: the end of the connection frees the lock, whatever happened.
    client.release(true);
  }
}

async function migrateLocked(client: pg.PoolClient, schema: string, migrations: Migration[]): Promise<string[]> {
  await client.query(`set lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [`migrate ${schema}`]);
  await client.query('set lock_timeout = 0');
  await client.query(`
    create schema if not exists ${pg.escapeIdentifier(schema)};
    create table if not exists ${tableOf(schema)} (
      name text primary key,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`);
  const pending = pendingOf(schema, migrations, (await readApplied(client, schema)) ?? []);
  for (const migration of pending) await apply(client, schema, migration);
  return pending.map((migration) => migration.name);
}

async function apply(client: pg.PoolClient, schema: string, { name, checksum, sql }: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(`set local search_path to ${pg.escapeIdentifier(schema)}`);
    await client.query(sql);
    await client.query(`insert into ${tableOf(schema)} (name, checksum) values ($1, $2)`, [name, checksum]);
    await client.query('commit');
  } catch (error) {
    throw new Error(`the migration ${name} of schema ${schema} failed${whereAndWhy(sql, error)}`, { cause: error });
  }
}

/** The migrations that are not applied yet. Throws if the applied ones are not the first of the directory. */
function pendingOf(schema: string, migrations: Migration[], applied: AppliedMigration[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, checksum } of applied) {
    const migration = known.get(name);
    if (migration === undefined) {
      throw new Error(
        `schema ${schema} has the migration ${name}, which this version doesn't know: it was written by a newer version`,
      );
    }
    if (migration.checksum !== checksum) {
      throw new Error(
        `the migration ${name} of schema ${schema} was changed after it was applied: bring it back as it was, and make the change in a new one`,
      );
    }
  }
  const names = new Set(applied.map(({ name }) => name));
  const pending = migrations.filter((migration) => !names.has(migration.name));
  const [first] = pending;
  const last = applied.at(-1);
  if (first !== undefined && last !== undefined && first.name < last.name) {
    throw new Error(
      `the migration ${first.name} of schema ${schema} comes before ${last.name}, which is applied already: give it a higher number`,
    );
  }
  return pending;
}

/** Undefined if nothing was ever applied here. */
async function readApplied(target: pg.Pool | pg.PoolClient, schema: string): Promise<AppliedMigration[] | undefined> {
  try {
    const sql = `select name, checksum from ${tableOf(schema)} order by name collate "C"`;
    const { rows } = await target.query<AppliedMigration>(sql);
    return rows;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE) return undefined;
    throw error;
  }
}

function tableOf(schema: string): string {
  return `${pg.escapeIdentifier(schema)}.migration`;
}

function whereAndWhy(sql: string, error: unknown): string {
  if (!(error instanceof Error)) return '';
  if (!(error instanceof pg.DatabaseError) || error.position === undefined) return `: ${error.message}`;
  const line = sql.slice(0, Number(error.position)).split('\n').length;
  return ` at line ${line}: ${error.message}`;
}
