import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { connectionString, withDatabase } from '#postgres/connection-string.ts';
import { startEmbeddedPostgres } from '#postgres/embedded-postgres.ts';
import { freePort } from './free-port.ts';
import { temporaryDataDir } from './gateway-process.ts';
import { ownServer } from './servers/found-servers.ts';
import { isPostgresReady } from './servers/ready.ts';
import { serverContainer } from './servers/server-container.ts';
import { serverKinds } from './servers/server-kinds.ts';

/** A real PostgreSQL of a test's own. */
export interface TemporaryPostgres extends AsyncDisposable {
  /** Of the superuser. */
  readonly connectionString: string;
  /** Ends all sessions, stops the server cleanly, and starts it again where it was. */
  restart(): Promise<void>;
}

export interface PostgresOptions {
  /** False gives up safety against a power cut for speed. */
  readonly isDurable: boolean;
  /** The database `gateway` with the roles and schemas of infra/postgres; each role has its password here, by schema. */
  readonly rolePasswords?: Readonly<Record<string, string>>;
}

/** The files that make the roles, as docker-compose.yml gives them to its PostgreSQL. */
const infra = (file: string): string => fileURLToPath(new URL(`../../infra/postgres/${file}`, import.meta.url));

/** A fast shutdown. A plain SIGTERM waits until every client has left. */
const FAST_SHUTDOWN = 'SIGINT';

export async function startTemporaryPostgres(options: PostgresOptions): Promise<TemporaryPostgres> {
  const { source, at } = await ownServer('postgres');
  return source === 'container' ? inContainer(at, options) : embedded(options);
}

/** A PostgreSQL in a container, whoever asks: `npm test` shares one among its suites. */
export async function inContainer(image: string, options: PostgresOptions): Promise<TemporaryPostgres> {
  const { isDurable, rolePasswords } = options;
  const password = randomBytes(12).toString('hex');
  const addressAt = (host: string, port: number): string =>
    connectionString({ host, port, user: 'postgres', password, database: 'postgres' });
  const roles = Object.entries(rolePasswords ?? {});
  const server = await serverContainer({
    image,
    port: await freePort(),
    containerPort: serverKinds.postgres.containerPort,
    command: ['postgres', ...(isDurable ? [] : ['-c', 'fsync=off', '-c', 'full_page_writes=off'])],
    environment: {
      POSTGRES_PASSWORD: password,
      ...(rolePasswords === undefined ? {} : { POSTGRES_DB: 'gateway' }),
      ...Object.fromEntries(roles.map(([role, secret]) => [`POSTGRES_${role.toUpperCase()}_PASSWORD`, secret])),
    },
    files:
      rolePasswords === undefined
        ? []
        : [
            { source: infra('roles.sql'), target: '/docker-entrypoint-initdb.d/1-roles.sql' },
            { source: infra('set-passwords.sh'), target: '/docker-entrypoint-initdb.d/2-set-passwords.sh' },
          ],
    isReady: (host, port) => isPostgresReady(addressAt(host, port)),
  });
  await server.start();
  return {
    connectionString: addressAt(server.host, server.port),
    async restart() {
      await server.stop(FAST_SHUTDOWN);
      await server.start();
    },
    [Symbol.asyncDispose]: server.discard,
  };
}

async function embedded({ isDurable, rolePasswords }: PostgresOptions): Promise<TemporaryPostgres> {
  await using undo = new AsyncDisposableStack();
  const { path: dataDir } = undo.use(await temporaryDataDir());
  const start = () => startEmbeddedPostgres({ dataDir, log: () => undefined, isDurable });
  let server = await start();
  undo.defer(() => server.stop());
  const { connectionString: address } = server;
  if (rolePasswords !== undefined) await makeRoles(address, rolePasswords);
  const running = undo.move();
  return {
    connectionString: address,
    async restart() {
      await server.stop();
      server = await start();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** What the image does with the files of infra/postgres, but for set-passwords.sh, whose psql need not be here. */
async function makeRoles(address: string, passwords: Readonly<Record<string, string>>): Promise<void> {
  await run(address, 'create database gateway');
  await run(withDatabase(address, 'gateway'), await readFile(infra('roles.sql'), 'utf8'));
  for (const [role, password] of Object.entries(passwords)) {
    await run(address, `alter role gateway_${role} login password '${password}'`);
  }
}

async function run(address: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
