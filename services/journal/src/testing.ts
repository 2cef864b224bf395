import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { migrate } from '#postgres/migrate.ts';
import { openPool } from '#postgres/pool.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { defaultJournalConfig, type JournalConfig } from './config.ts';
import { type LocalJournal, openJournal } from './journal.ts';

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

/** Gives `use` a migrated database; closes every log that was opened on it, then drops it. */
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
          logger: pino({ level: 'silent' }),
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
