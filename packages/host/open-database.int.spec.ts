import assert from 'node:assert/strict';
import { loadConfig } from '#config/load-config.ts';
import { createLogger } from '#telemetry/logger.ts';
import { freePort } from '#testkit/free-port.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import { type Scope, test } from '#testkit/test.ts';
import { openDatabase, openOwnDatabase } from './open-database.ts';

const options = { timeoutMs: 20_000 };

function hostWith(context: Scope, settings: Record<string, string>) {
  const stack = new AsyncDisposableStack();
  context.defer(() => stack.disposeAsync());
  const stop = new AbortController();
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const host = {
    name: 'billing',
    config: loadConfig(settings),
    stack,
    logger: createLogger({ level: 'info', service: 'billing', destination }),
    stopping: stop.signal,
  };
  return { host, stop, lines };
}

async function temporaryDatabase(context: Scope): Promise<string> {
  const database = await createTemporaryDatabase();
  context.defer(() => database[Symbol.asyncDispose]());
  return database.connectionString;
}

test('a start brings the schema up to date', options, async (context) => {
  const { host } = hostWith(context, { DATABASE_URL: await temporaryDatabase(context) });
  const { pool } = await openDatabase(host, ['billing']);
  assert.equal((await pool.query('select from billing.lease')).rowCount, 0);
  await host.stack.disposeAsync();
  assert.ok(pool.ended);
});

test('a start migrates as the owner of the schema where there is one', options, async (context) => {
  const owned = await temporaryDatabase(context);
  const { host } = hostWith(context, {
    DATABASE_URL: await temporaryDatabase(context),
    MIGRATION_DATABASE_URL: owned,
  });
  const { pool } = await openDatabase(host, ['billing']);
  await assert.rejects(pool.query('select from billing.lease'), /does not exist/);
  await host.stack.disposeAsync();
});

test('told to leave the schema as it is, it does', options, async (context) => {
  const { host } = hostWith(context, {
    DATABASE_URL: await temporaryDatabase(context),
    GATEWAY_MIGRATE: 'off',
  });
  const { pool } = await openDatabase(host, ['billing']);
  await assert.rejects(pool.query('select from billing.lease'), /does not exist/);
  await host.stack.disposeAsync();
});

test('it waits for a database that is away until the stop, and says so once', options, async (context) => {
  const { host, stop, lines } = hostWith(context, {
    DATABASE_URL: `postgresql://gateway@127.0.0.1:${await freePort()}/gateway`,
  });
  const opening = openDatabase(host, ['billing']);
  setTimeout(() => stop.abort(), 700);
  await assert.rejects(opening, { name: 'AbortError' });
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /waiting for the database/);
});

test('a database that does not answer is told with the setting that names it', options, async (context) => {
  const { host } = hostWith(context, { DATABASE_URL: `postgresql://u:secret@127.0.0.1:${await freePort()}/none` });
  await assert.rejects(openOwnDatabase(host, ['billing']), (error: Error) => {
    assert.match(error.message, /the database of DATABASE_URL cannot be used: .*ECONNREFUSED/);
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});
