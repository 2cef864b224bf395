import pg from 'pg';
import { openPool } from './pool.ts';
import { type Migration, readMigrations } from './read-migrations.ts';

export interface MigrateSettings {
  /** The PostgreSQL schema that the migrations belong to; created when missing. */
  readonly schema: string;
  /** The folder that holds `0001-what/up.sql`, `0002-…`. */
  readonly directory: string;
}

interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
}

/** Another process' migration may rewrite a big table; beyond this, someone has to look. */
const LOCK_TIMEOUT_MS = 10 * 60_000;

const UNDEFINED_TABLE = '42P01';

/**
 * Brings a schema up to date, and says what that took. Migrations run in order, each in a transaction of its own with
 * the schema as `search_path`, so that they name their tables bare; what is applied is listed in `<schema>.migration`.
 * Of several processes that start at once, one migrates and the others wait. One round trip when there is nothing to do.
 *
 * Throws, leaving the failed migration undone, when its SQL fails; and before anything is done, when an applied
 * migration was changed since, is unknown to the directory (it is of a newer version), or comes after one that isn't
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
    // Closed and not given back: its end frees the lock, however this went.
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

/** The migrations that are still to be applied. Throws when the applied ones are not the first of the directory. */
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

/** Undefined when nothing was ever applied here. */
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
