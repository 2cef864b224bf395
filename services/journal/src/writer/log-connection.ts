import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Outage } from './outage.ts';
import type { WriterLog } from './writer-log.ts';

/** The pauses between attempts to reach the database again. Short at first, since a restart takes a second or two. */
const RECONNECT_PAUSES_MS = [50, 100, 200, 400, 800, 1_000];

/** Even across the world, a connection is made within a second. */
const CONNECT_MAX_MS = 5_000;

/**
 * A commit takes milliseconds. If no answer comes for so long, its connection is dead without having been closed. The
 * writer then asks for the outcome on another connection.
 */
const STATEMENT_MAX_MS = 15_000;

/** If a goodbye is not answered within this time, its connection is dead. */
const GOODBYE_MAX_MS = 1_000;

/** The pause before the next attempt, after so many failed ones (from 1). */
export function pauseMsAfter(failures: number): number {
  return RECONNECT_PAUSES_MS[Math.min(failures, RECONNECT_PAUSES_MS.length) - 1] ?? 0;
}

/** The writer's one connection: opened when needed, discarded when it breaks. */
export interface LogConnection {
  /** The open connection, or a new one. Keeps trying until it succeeds or is closed (then rejects). */
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
          // A discarded connection may fail once more. Its successor is in use.
          if (broken === client) discard();
        });
        client = opened;
        // If the log was closed meanwhile, nothing else would end this connection.
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
  // The log's own role may only read and insert. If the database user could not create that role, the trigger still
  // protects the log.
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
