import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#postgres/embedded-postgres.ts';

export interface TestServer {
  readonly connectionString: string;
  [Symbol.asyncDispose](): Promise<void>;
}

const PREFIX = 'ai-api-gateway-test-run-';

/**
 * Starts a PostgreSQL for one test run, so that runs side by side don't stop each other's, and removes it at the end.
 * With TEST_DATABASE_URL set it is that server, which stays as it is.
 */
export async function startTestServer(): Promise<TestServer> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') {
    return { connectionString: given, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  await removeLeftovers();
  const dataDir = join(tmpdir(), `${PREFIX}${process.pid}`);
  const server = await startEmbeddedPostgres({ dataDir, log: console.error, isDurable: false });
  return {
    connectionString: server.connectionString,
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
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
      await rm(dataDir, { recursive: true, force: true });
    } catch (error) {
      console.error(`the leftovers of a test run in ${dataDir} could not be removed:`, error);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
