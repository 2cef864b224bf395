import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { removeDataDir } from '#testkit/remove-data-dir.ts';
import { type Scope, test } from '#testkit/test.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { findEmbeddedPostgres } from './find-embedded-postgres.ts';

const log = (): void => undefined;

async function temporaryDataDir(context: Scope, name = 'data'): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'embedded-'));
  const dataDir = join(dir, name);
  context.defer(async () => {
    const hasCluster = (await stat(join(dataDir, 'postgres')).catch(() => undefined)) !== undefined;
    if (hasCluster) await stopWhatRuns(dataDir);
    await removeDataDir(dir);
  });
  // Open to the user that root runs PostgreSQL as, as a data directory usually is.
  await mkdir(dataDir, { recursive: true });
  await chmod(dir, 0o755);
  return dataDir;
}

async function stopWhatRuns(dataDir: string): Promise<void> {
  const pid = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (pid === undefined) return;
  const server = await startEmbeddedPostgres({ dataDir, log, isDurable: false });
  await server.stop();
}

async function query(server: EmbeddedPostgres, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('data outlives a stop and a start, and the files keep others out', async (context) => {
  const dataDir = await temporaryDataDir(context);
  const first = await startEmbeddedPostgres({ dataDir, log });
  assert.equal(first.adopted, false);
  await query(first, 'create table kept as select 42 as answer');
  assert.equal(await findEmbeddedPostgres(dataDir), first.connectionString);
  await first.stop();
  assert.equal(await findEmbeddedPostgres(dataDir), undefined);

  const second = await startEmbeddedPostgres({ dataDir, log });
  assert.equal(second.adopted, false);
  assert.deepEqual(await query(second, 'select answer from kept'), [{ answer: 42 }]);
  assert.equal((await stat(join(dataDir, 'postgres.json'))).mode & 0o777, 0o600);
  assert.equal((await stat(join(dataDir, 'postgres'))).mode & 0o777, 0o700);
  await second.stop();
  await second.stop();
});

test('a durable server survives a power cut: it syncs, writes full pages, and commits synchronously', async (context) => {
  const server = await startEmbeddedPostgres({ dataDir: await temporaryDataDir(context), log });
  const names = `'fsync', 'full_page_writes', 'synchronous_commit', 'server_encoding', 'data_checksums'`;
  assert.deepEqual(
    await query(server, `select name, setting from pg_settings where name in (${names}) order by name`),
    [
      { name: 'data_checksums', setting: 'on' },
      { name: 'fsync', setting: 'on' },
      { name: 'full_page_writes', setting: 'on' },
      { name: 'server_encoding', setting: 'UTF8' },
      { name: 'synchronous_commit', setting: 'on' },
    ],
  );
  await server.stop();
});

test('a wrong password is refused', async (context) => {
  const server = await startEmbeddedPostgres({ dataDir: await temporaryDataDir(context), log, isDurable: false });
  const url = new URL(server.connectionString);
  url.password = 'wrong';
  await assert.rejects(query({ ...server, connectionString: url.href }, 'select 1'), /password authentication failed/);
  await server.stop();
});

const killedGateway = `
  const { startEmbeddedPostgres } = await import(process.argv[1]);
  const server = await startEmbeddedPostgres({ dataDir: process.argv[2], log: console.error, isDurable: false });
  process.stdout.write(String(server.adopted));
  setInterval(() => {}, 1000);
`;

test('a server whose gateway was killed is adopted by the next one, and can be stopped by it', async (context) => {
  const dataDir = await temporaryDataDir(context);
  const module = new URL('./embedded-postgres.ts', import.meta.url).href;
  const gateway = spawn(process.execPath, ['--input-type=module', '-e', killedGateway, module, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(gateway.stdout, 'data');
  gateway.kill('SIGKILL');
  await once(gateway, 'exit');

  const next = await startEmbeddedPostgres({ dataDir, log, isDurable: false });
  assert.equal(next.adopted, true);
  assert.deepEqual(await query(next, 'select 1 as one'), [{ one: 1 }]);
  await next.stop();
  await assert.rejects(query(next, 'select 1'), { code: 'ENOENT' });
});

test('of several that start at once, one starts the server and the others adopt it', async (context) => {
  const dataDir = await temporaryDataDir(context);
  const servers = await Promise.all([1, 2, 3].map(() => startEmbeddedPostgres({ dataDir, log, isDurable: false })));
  assert.deepEqual(servers.map((server) => server.adopted).sort(), [false, true, true]);
  await servers[0]?.stop();
});

test('after a crash of the server itself, what was committed is there', async (context) => {
  const dataDir = await temporaryDataDir(context);
  const first = await startEmbeddedPostgres({ dataDir, log });
  await query(first, 'create table kept as select generate_series(1, 1000) as number');
  process.kill(await postmasterPid(dataDir), 'SIGKILL');

  const second = await startEmbeddedPostgres({ dataDir, log });
  assert.equal(second.adopted, false);
  assert.deepEqual(await query(second, 'select count(*)::int as count from kept'), [{ count: 1000 }]);
  await second.stop();
});

test('a leftover postmaster.pid with the pid of some living process does not keep the server from starting', async (context) => {
  const dataDir = await temporaryDataDir(context);
  const first = await startEmbeddedPostgres({ dataDir, log, isDurable: false });
  const path = join(dataDir, 'postgres', 'postmaster.pid');
  const leftover = (await readFile(path, 'utf8')).replace(/^.*/, String(process.ppid));
  await first.stop();
  await writeFile(path, leftover);

  const second = await startEmbeddedPostgres({ dataDir, log, isDurable: false });
  assert.equal(second.adopted, false);
  await second.stop();
});

test('a first start that died half way leaves nothing in the way of the next', async (context) => {
  const dataDir = await temporaryDataDir(context);
  await mkdir(join(dataDir, 'postgres.unfinished'));
  await writeFile(join(dataDir, 'postgres.unfinished', 'PG_VERSION'), '18');
  const server = await startEmbeddedPostgres({ dataDir, log, isDurable: false });
  await server.stop();
  assert.deepEqual((await readdir(dataDir)).sort(), ['postgres', 'postgres.json', 'postgres.lock', 'postgres.log']);
});

test('a path too long for a Unix socket is served over TCP on this machine', async (context) => {
  const dataDir = await temporaryDataDir(context, 'a-long-name-'.repeat(8));
  const server = await startEmbeddedPostgres({ dataDir, log, isDurable: false });
  const url = new URL(server.connectionString);
  assert.equal(url.hostname, '127.0.0.1');
  assert.deepEqual(await query(server, 'show listen_addresses'), [{ listen_addresses: '127.0.0.1' }]);
  await server.stop();
});

test('a path with blanks, commas and quotes is as good as any', async (context) => {
  const dataDir = await temporaryDataDir(context, `it's my, "data" ä`);
  const server = await startEmbeddedPostgres({ dataDir, log, isDurable: false });
  assert.deepEqual(await query(server, 'select 1 as one'), [{ one: 1 }]);
  await server.stop();
});

test('a lost password and a cluster of another version are named for what they are', async (context) => {
  const dataDir = await temporaryDataDir(context);
  const server = await startEmbeddedPostgres({ dataDir, log, isDurable: false });
  await server.stop();

  const password = join(dataDir, 'postgres.json');
  await rename(password, `${password}.away`);
  await assert.rejects(
    startEmbeddedPostgres({ dataDir, log }),
    /the password of the embedded PostgreSQL can't be read/,
  );
  await rename(`${password}.away`, password);

  await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
  await assert.rejects(startEmbeddedPostgres({ dataDir, log }), /was written by PostgreSQL 17, this gateway brings 18/);
});

test('a data directory that the server cannot enter links to one it can, at every start by name, and nothing stays of it', async (context) => {
  if (process.getuid?.() !== 0) return;
  const dataDir = await temporaryDataDir(context);
  await chmod(join(dataDir, '..'), 0o700);
  const said: string[] = [];
  const start = () => startEmbeddedPostgres({ dataDir, log: (line) => void said.push(line), isDurable: false });
  const first = await start();
  await first.stop();
  const { linkedDir = '' } = first;
  assert.match(linkedDir, /^\/var\/lib\/ai-api-gateway\/postgres-[0-9a-f]{8}$/);
  said.length = 0;
  const second = await start();
  await second.stop();
  assert.equal(second.linkedDir, linkedDir);
  assert.ok(
    said.some((line) => line.includes(linkedDir) && line.includes(join(dataDir, 'postgres'))),
    said.join(),
  );
  await removeDataDir(dataDir);
  assert.deepEqual([existsSync(linkedDir), existsSync(dataDir)], [false, false]);
});

test('a server that cannot start says why, from its own log', async (context) => {
  const dataDir = await temporaryDataDir(context);
  const server = await startEmbeddedPostgres({ dataDir, log, isDurable: false });
  await server.stop();
  await rm(join(dataDir, 'postgres', 'global', 'pg_control'));
  await assert.rejects(startEmbeddedPostgres({ dataDir, log }), /did not start .*pg_control/s);
});

async function postmasterPid(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n', 1)[0]);
}

for (const victim of ['the postmaster', 'one of its backends'] as const) {
  test(`a supervised server is there again after a kill -9 of ${victim}, at the same address and with its data`, async (context) => {
    const dataDir = await temporaryDataDir(context);
    const server = await startEmbeddedPostgres({ dataDir, log });
    context.defer(() => server.stop());
    const lines: string[] = [];
    server.supervise({
      log: (_level, _fields, message) => void lines.push(message),
      onGivenUp: (error) => assert.fail(error),
    });
    await query(server, 'create table kept as select 42 as answer');
    const idle = new pg.Client({ connectionString: server.connectionString });
    idle.on('error', () => undefined);
    await idle.connect();
    const { rows } = await idle.query('select pg_backend_pid() as pid');
    const [postmaster] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n', 1);
    const ended = new Promise<void>((resolve) => idle.on('end', resolve));
    process.kill(victim === 'the postmaster' ? Number(postmaster) : rows[0].pid, 'SIGKILL');
    await ended;
    let kept: unknown[] | undefined;
    const deadlineMs = Date.now() + 30_000;
    while (kept === undefined) {
      kept = await query(server, 'select answer from kept').catch(() => undefined);
      assert.ok(Date.now() < deadlineMs, 'it must be there again');
    }
    assert.deepEqual(kept, [{ answer: 42 }]);
    assert.equal(lines.length > 0, victim === 'the postmaster', 'only a server that has ended is started again');
    await server.stop();
    await assert.rejects(query(server, 'select 1'));
    assert.equal(await stat(join(dataDir, 'postgres', 'postmaster.pid')).catch(() => undefined), undefined);
  });
}

test('a stop in the middle of a restart leaves no server behind', async (context) => {
  const dataDir = await temporaryDataDir(context);
  const server = await startEmbeddedPostgres({ dataDir, log, isDurable: false });
  context.defer(() => server.stop());
  const noticed = Promise.withResolvers<void>();
  server.supervise({ log: () => noticed.resolve(), onGivenUp: (error) => assert.fail(error) });
  const [postmaster] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n', 1);
  process.kill(Number(postmaster), 'SIGKILL');
  await noticed.promise;
  await server.stop();
  await assert.rejects(query(server, 'select 1'));
});
