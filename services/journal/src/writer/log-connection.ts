import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Outage } from './outage.ts';
import type { WriterLog } from './writer-log.ts';

/** Between attempts to reach the database again: short at first, since a restart takes a second or two. */
const RECONNECT_PAUSES_MS = [50, 100, 200, 400, 800, 1_000];

/** Across the world a connection stands within a second. */
const CONNECT_MAX_MS = 5_000;

/**
 * A commit takes milliseconds. One without an answer for so long went into a connection that is dead without having been
 * closed; whether it was done is then asked on another.
 */
const STATEMENT_MAX_MS = 15_000;

/** A goodbye that is not answered within this went into a connection that is dead. */
const GOODBYE_MAX_MS = 1_000;

/** How long to wait before the next attempt, after so many failed ones (from 1). */
export function pauseMsAfter(failures: number): number {
  return RECONNECT_PAUSES_MS[Math.min(failures, RECONNECT_PAUSES_MS.length) - 1] ?? 0;
}

/** The writer's one connection: opened when needed, thrown away when it breaks. */
export interface LogConnection {
  /** The open connection; connects where there is none. Keeps trying until it can, or until closed (then rejects). */
  get(): Promise<pg.Client>;
  /** The connection broke: the next `get` opens a new one. */
  discard(): void;
  isClosed(): boolean;
  close(): Promise<void>;
}

export interface LogConnectionOptions {
  readonly connectionString: string;
  readonly log: WriterLog;
  readonly outage: Outage;
}

export function createLogConnection(options: LogConnectionOptions): LogConnection {
  let client: pg.Client | undefined;
  let isClosed = false;

  const discard = (): void => {
    const broken = client;
    client = undefined;
    broken?.end().catch(() => undefined);
  };

  async function reconnect(): Promise<pg.Client> {
    using _ = options.outage.begin();
    for (let failures = 1; ; failures += 1) {
      if (isClosed) throw new Error('the log is closed');
      try {
        const opened = await connect(options.connectionString, (broken) => {
          // One that was thrown away may fail once more: its successor stands.
          if (broken === client) discard();
        });
        client = opened;
        // Closed meanwhile: nobody else would end it.
        if (isClosed) discard();
        else return opened;
      } catch (error) {
        options.log('warn', { err: error, failures }, 'the log database cannot be reached; trying again');
        await delay(pauseMsAfter(failures));
      }
    }
  }

  return {
    get: async () => client ?? reconnect(),
    discard,
    isClosed: () => isClosed,
    async close() {
      isClosed = true;
      const open = client;
      client = undefined;
      if (open !== undefined) await Promise.race([open.end(), delay(GOODBYE_MAX_MS, undefined, { ref: false })]);
    },
  };
}

async function connect(connectionString: string, onBroken: (broken: pg.Client) => void): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString,
    application_name: 'gateway journal writer',
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MAX_MS,
    query_timeout: STATEMENT_MAX_MS,
  });
  client.on('error', () => onBroken(client));
  await client.connect();
  // The log's own role may only read and insert. Where the database user could not create it, the trigger still stands.
  await client.query(
    `do $$ begin
       if exists (select from pg_roles where rolname = 'gateway_journal')
          and pg_has_role(current_user, 'gateway_journal', 'member') then
         set role gateway_journal;
       end if;
       -- What is answered is durable, whatever the database's default is; stricter ones than on stay.
       if current_setting('synchronous_commit') = 'off' then
         set synchronous_commit to on;
       end if;
     end $$`,
  );
  return client;
}
