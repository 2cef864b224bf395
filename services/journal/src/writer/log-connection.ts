import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';

/** Between attempts to reach the database again: short at first, since a restart takes a second or two. */
const RECONNECT_PAUSES_MS = [50, 100, 200, 400, 800, 1_000];

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
  readonly logger: Logger;
  /** How long the database may be away before `onAway` is called. */
  readonly graceMs: number;
  readonly onAway: () => void;
  /** It answers again. */
  readonly onBack: () => void;
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
    const timer = setTimeout(options.onAway, options.graceMs);
    try {
      for (let attempt = 0; ; attempt += 1) {
        if (isClosed) throw new Error('the log is closed');
        try {
          client = await connect(options.connectionString, discard);
          options.onBack();
          return client;
        } catch (error) {
          options.logger.warn({ err: error, attempt }, 'the log database cannot be reached; trying again');
          await delay(RECONNECT_PAUSES_MS[Math.min(attempt, RECONNECT_PAUSES_MS.length - 1)]);
        }
      }
    } finally {
      clearTimeout(timer);
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
      await open?.end();
    },
  };
}

async function connect(connectionString: string, onBroken: () => void): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, application_name: 'gateway journal writer', keepAlive: true });
  client.on('error', onBroken);
  await client.connect();
  // The log's own role may only read and insert. Where the database user could not create it, the trigger still stands.
  await client.query(
    `do $$ begin
       if exists (select from pg_roles where rolname = 'gateway_journal')
          and pg_has_role(current_user, 'gateway_journal', 'member') then
         set role gateway_journal;
       end if;
     end $$`,
  );
  return client;
}
