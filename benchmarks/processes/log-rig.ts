import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { startEmbeddedPostgres } from '#postgres/embedded-postgres.ts';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { type LocalJournal, openJournal } from '../../services/journal/src/journal.ts';

const MIGRATIONS = new URL('../../services/journal/migrations', import.meta.url).pathname;

/** The log on a PostgreSQL of its own that really syncs, its writer in this process as it is in the gateway's. */
export interface LogRig extends AsyncDisposable {
  readonly journal: LocalJournal;
  readonly pool: pg.Pool;
  /** Connections to an empty table `bare_insert (body json)` beside the log. */
  connect(count: number): Promise<readonly pg.Client[]>;
}

export async function startLogRig(): Promise<LogRig> {
  await using undo = new AsyncDisposableStack();
  const dataDir = undo.use(await temporaryDataDir()).path;
  const postgres = undo.adopt(
    await startEmbeddedPostgres({ dataDir: join(dataDir, 'database'), log: () => undefined }),
    (each) => each.stop(),
  );
  const { connectionString } = postgres;
  const pool = undo.adopt(openPool({ connectionString, max: 4, applicationName: 'benchmark' }), (each) => each.end());
  await migrate(pool, { schema: 'journal', directory: MIGRATIONS });
  await pool.query('create table bare_insert (id bigint generated always as identity primary key, body json not null)');
  const journal = undo.adopt(
    await openJournal({
      ...{ connectionString, pool, logger: pino({ level: 'warn' }) },
      onFenced: (error) => {
        throw error;
      },
    }),
    (each) => each.close(),
  );
  const running = undo.move();
  return {
    journal,
    pool,
    async connect(count) {
      return Promise.all(
        Array.from({ length: count }, async () => {
          const client = running.adopt(new pg.Client({ connectionString }), (each) => each.end());
          await client.connect();
          return client;
        }),
      );
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
