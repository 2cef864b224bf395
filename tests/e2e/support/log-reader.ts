import pg from 'pg';
import type { EventType, GatewayEvent } from '#contracts/events.ts';
import type { Installation } from './installation.ts';

/** An event as it stands in the log's table. */
export type LoggedEvent<T extends EventType = EventType> = GatewayEvent<T> & {
  readonly position: number;
  readonly eventId: string;
};

/** The database behind a running gateway, from behind the gateway's back. */
export interface LogReader extends AsyncDisposable {
  /** As the database's superuser. */
  readonly client: pg.Client;
  events<T extends EventType>(...types: readonly T[]): Promise<readonly LoggedEvent<T>[]>;
}

export async function openLogReader(installation: Pick<Installation, 'databaseUrl'>): Promise<LogReader> {
  const client = new pg.Client({ connectionString: await installation.databaseUrl() });
  // The database may stop before its reader does.
  client.on('error', () => undefined);
  await client.connect();
  return {
    client,
    async events<T extends EventType>(...types: readonly T[]) {
      const { rows } = await client.query(
        `select position::int, event_id as "eventId", type, body as data from journal.event
         where type = any($1) order by position`,
        [types],
      );
      return rows as LoggedEvent<T>[];
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
