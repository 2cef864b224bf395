import assert from 'node:assert/strict';
import { realpath, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, test } from '#testkit/test.ts';
import { gatewayctl } from '../e2e/support/gatewayctl.ts';
import { installStandalone, type StandaloneInstallation } from '../e2e/support/standalone.ts';
import { until } from '../e2e/support/until.ts';
import { ask, completionOf } from './support/ask.ts';
import { mountSmallDisk, type SmallDisk } from './support/small-disk.ts';

/** A cluster takes 40 MB, its log of changes 16 MB a piece. */
const DISK_MEGABYTES = 192;

/** An answer is promised within 5 s; a machine that is busy with other suites gets the same once more. */
const ANSWERED_WITHIN_MS = 10_000;

/** PostgreSQL is started again every 5 s at the slowest, and recovers. */
const BACK_WITHIN_MS = 60_000;

await using undo = new AsyncDisposableStack();
const disk = await mountSmallDisk(DISK_MEGABYTES);
if (disk !== undefined) undo.use(disk);
const installation = await installOn(disk?.path);
undo.use(installation);
const opened = undo.move();
afterAll(() => opened.disposeAsync());
/** Where this process may mount one. */
const onSmallDisk = { where: disk !== undefined };
const customer = await installation.customer();
const connectionString = await installation.databaseUrl();

const url = (): string => installation.gateway().url;

/** Data directories are made in the system's folder for temporary files. */
async function installOn(folder: string | undefined): Promise<StandaloneInstallation> {
  const before = process.env['TMPDIR'];
  if (folder !== undefined) process.env['TMPDIR'] = folder;
  try {
    return await installStandalone();
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}

async function execute(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  // The server may end under it.
  client.on('error', () => undefined);
  await client.connect();
  await client.query(sql).finally(() => client.end().catch(() => undefined));
}

/** A database somewhere else would have room. */
async function assertFilled({ path }: SmallDisk): Promise<void> {
  const cluster = await realpath(join(installation.dataDir, 'postgres'));
  assert.ok(cluster.startsWith(path), `${cluster} is not on the small disk ${path}`);
  assert.equal((await statfs(path)).bavail, 0);
}

const readiness = async (): Promise<number> => (await ask(url(), { path: '/health/ready' })).status;

/** The pages of the log that stand already have room for some requests more. */
async function assertRefusesWrites(): Promise<void> {
  await until('a request to be refused', async () => {
    const { status, code, retryAfter, tookMs } = await ask(url(), completionOf(customer.apiKey));
    assert.ok(tookMs < ANSWERED_WITHIN_MS, `${tookMs} ms`);
    if (status === 200) return undefined;
    assert.deepEqual([status, code], [503, 'unavailable']);
    assert.notEqual(retryAfter, '');
    return true;
  });
}

async function assertServesAgain(): Promise<void> {
  await until('the gateway to be ready', async () => (await readiness()) === 200 || undefined, BACK_WITHIN_MS);
  assert.equal((await ask(url(), completionOf(customer.apiKey))).status, 200);
  await installation.settled();
  assert.equal((await customer.balance()).held, 0n);
  const verified = await gatewayctl(installation.gateway(), ['audit', 'verify']);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
}

test(
  'a full disk is seen by the readiness of an idle gateway, refuses writes in time, and is over when there is room',
  onSmallDisk,
  async () => {
    assert.ok(disk !== undefined);
    assert.equal(await readiness(), 200);
    await disk.fill();
    await assertFilled(disk);
    await until('the gateway to be not ready', async () => (await readiness()) === 503 || undefined);
    assert.equal((await ask(url(), { path: '/health' })).status, 200);
    for (let refusals = 0; refusals < 2; refusals += 1) await assertRefusesWrites();
    assert.equal(await readiness(), 503);
    await disk.makeRoom();
    await assertServesAgain();
  },
);

test(
  'a disk so full that PostgreSQL stops altogether: it is started again when there is room',
  onSmallDisk,
  async () => {
    assert.ok(disk !== undefined);
    await disk.fill();
    // A new piece of its own log, for which there is no room: PostgreSQL panics, and cannot recover either.
    await execute('select pg_switch_wal(); create table one_more (n integer)').catch(() => undefined);
    const hasEnded = async () =>
      installation.gateway().lines.some((line) => line.includes('has ended by itself')) || undefined;
    await until('PostgreSQL to end', hasEnded);
    await until('the gateway to be not ready', async () => (await readiness()) === 503 || undefined);
    await assertRefusesWrites();
    await disk.makeRoom();
    await assertServesAgain();
  },
);

test('a database that answers and takes no writes is not ready either, until it does', async () => {
  const limitWrites = (limited: 'on' | 'off') =>
    execute(`begin read write;
      alter role current_user set default_transaction_read_only = ${limited};
      select pg_terminate_backend(pid) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid();
      commit`);
  await limitWrites('on');
  await until('the gateway to be not ready', async () => (await readiness()) === 503 || undefined);
  await assertRefusesWrites();
  assert.equal(await readiness(), 503);
  await limitWrites('off');
  await assertServesAgain();
});
