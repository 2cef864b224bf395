import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#postgres/embedded-postgres.ts';
import { isAlive } from '#testkit/is-alive.ts';
import { removeDataDir } from '#testkit/remove-data-dir.ts';
import { describeFound, type FoundServers, findServers } from '#testkit/servers/find-server.ts';
import { tellFound } from '#testkit/servers/found-servers.ts';
import { RUN_VARIABLE, removeLeftovers as removeContainers } from '#testkit/servers/leftovers.ts';
import { serverNames } from '#testkit/servers/server-kinds.ts';
import { inContainer } from '#testkit/temporary-postgres-server.ts';

/** What the suites of one run find their servers by. */
export interface TestServers extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>;
}

interface SharedPostgres extends AsyncDisposable {
  readonly connectionString: string;
}

const PREFIX = 'ai-api-gateway-test-run-';

/**
 * Finds where PostgreSQL, NATS and Redis come from, once for the whole run, and says so. Suites start NATS and Redis
 * themselves. PostgreSQL is started here for all of them, so that runs side by side do not stop each other's, and removed
 * at the end.
 */
export async function startTestServers(): Promise<TestServers> {
  await using undo = new AsyncDisposableStack();
  process.env[RUN_VARIABLE] = String(process.pid);
  await removeLeftovers();
  const found = await findServers();
  for (const name of serverNames) console.log(describeFound(name, found[name]));
  const isContainer = Object.values(found).some(({ own }) => own.source === 'container');
  if (isContainer) {
    await removeContainers({ hasEnded: false });
    // Those of a suite that was killed, too.
    undo.defer(() => removeContainers({ hasEnded: true }));
  }
  const { connectionString } = undo.use(await startPostgres(found));
  const running = undo.move();
  return {
    environment: { ...tellFound(found), TEST_DATABASE_URL: connectionString },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function startPostgres({ postgres }: FoundServers): Promise<SharedPostgres> {
  const { source, at } = postgres.shared;
  if (source === 'url') return { connectionString: at, [Symbol.asyncDispose]: () => Promise.resolve() };
  if (source === 'container') return inContainer(at, { isDurable: false });
  if (source === 'none') throw new Error(`the tests need PostgreSQL, and there is none: ${at}`);
  const dataDir = join(tmpdir(), `${PREFIX}${process.pid}`);
  const server = await startEmbeddedPostgres({ dataDir, log: console.error, isDurable: false });
  return {
    connectionString: server.connectionString,
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await removeDataDir(dataDir);
    },
  };
}

/** Stops and removes the servers of runs that were killed. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX) || isAlive(Number(name.slice(PREFIX.length)))) continue;
    const dataDir = join(tmpdir(), name);
    try {
      if (existsSync(join(dataDir, 'postgres'))) {
        // Adopts the server if it still runs.
        const server = await startEmbeddedPostgres({ dataDir, log: console.error, isDurable: false });
        await server.stop();
      }
      await removeDataDir(dataDir);
    } catch (error) {
      console.error(`the leftovers of a test run in ${dataDir} could not be removed:`, error);
    }
  }
}
