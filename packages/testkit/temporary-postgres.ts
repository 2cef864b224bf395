import { randomBytes } from 'node:crypto';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { withDatabase } from '#postgres/connection-string.ts';
import { startEmbeddedPostgres } from '#postgres/embedded-postgres.ts';

export interface TemporaryDatabase {
  readonly connectionString: string;
  /** Drops the database; whoever is still connected is cut off. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Started once in this process, by the first who asks. */
let server: Promise<string> | undefined;

/**
 * Creates an empty database of its own for one test or one file, on a real PostgreSQL.
 *
 * The server is that of TEST_DATABASE_URL, which `npm test` sets; for a single spec run by hand it is one in the
 * system's temporary folder, shared by all such runs and left running for the next.
 */
export async function createTemporaryDatabase(): Promise<TemporaryDatabase> {
  server ??= findServer();
  const address = await server;
  const name = `test_${randomBytes(8).toString('hex')}`;
  await execute(address, `create database ${name}`);
  return {
    connectionString: withDatabase(address, name),
    [Symbol.asyncDispose]: () => execute(address, `drop database if exists ${name} with (force)`),
  };
}

async function findServer(): Promise<string> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') return given;
  const dataDir = join(tmpdir(), `ai-api-gateway-test-${userInfo().uid}`);
  const { connectionString } = await startEmbeddedPostgres({ dataDir, log: console.error, isDurable: false });
  return connectionString;
}

async function execute(address: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: address, application_name: 'testkit' });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
