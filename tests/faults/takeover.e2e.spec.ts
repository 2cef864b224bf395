import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Client, credentials } from '@grpc/grpc-js';
import pg from 'pg';
import type { ServiceName, ServiceProcess } from '#testkit/service-process.ts';
import { afterAll, test } from '#testkit/test.ts';
import { askGated } from '../e2e/support/gated-requests.ts';
import type { Customer } from '../e2e/support/installation.ts';
import { overHttp } from '../e2e/support/over-http.ts';
import { answerHello } from '../e2e/support/raw-provider.ts';
import { until } from '../e2e/support/until.ts';
import { startGatedGateway } from './gated-gateway.ts';
import { BACK_WITHIN_MS } from './world.ts';

/*
 * Standbys follow the log while they stand by. Shown by taking their tables away: whoever is elected then can only know
 * what it has in memory.
 */

/** How long a stop may wait for what still runs; a takeover must not wait for it. */
const DRAIN_TIMEOUT_MS = 15_000;

await using undo = new AsyncDisposableStack();
const { provider, gateway, nats, databaseUrl } = undo.use(
  await startGatedGateway({
    environment: { GATEWAY_DRAIN_TIMEOUT_MS: String(DRAIN_TIMEOUT_MS) },
    processes: { quota: 2, billing: 2, journal: 2, accounts: 2 },
  }),
);
const url = gateway.urls[0] ?? '';
const { customer: newCustomer, settled, stats } = overHttp(() => ({ url, adminToken: gateway.adminToken }));
const pool = undo.adopt(new pg.Pool({ connectionString: databaseUrl, max: 1 }), (each) => each.end());
const stack = undo.move();
afterAll(() => stack.disposeAsync());

async function standbyOf(service: ServiceName): Promise<ServiceProcess> {
  const leader = await gateway.leader(service);
  return gateway.of(service).find((process) => process !== leader) ?? assert.fail();
}

/** Waits until a process has folded what the log holds now, by its own metrics. */
async function hasFolded(process: ServiceProcess, consumer: string): Promise<void> {
  const { position } = (await stats()).log;
  await until(`${process.instance} to have folded the log`, async () => {
    const metrics = await (await fetch(gateway.placeOf(process).metricsUrl)).text();
    const readingOf = (name: string): number =>
      Number(
        metrics
          .split('\n')
          .find((line) => line.startsWith(`${name} `))
          ?.slice(name.length + 1),
      );
    const behind = readingOf(`gateway_consumer_lag_events{consumer="${consumer}"}`);
    return readingOf('gateway_log_position') - behind >= position || undefined;
  });
}

/** What is read over gRPC finds a new leader within a second. */
function balanceOf(customer: Customer): ReturnType<Customer['balance']> {
  return until('the balance', () => customer.balance().catch(() => undefined));
}

/** Renames tables out of reach; what is returned gives them their names again. */
async function takeAway(schema: string, tables: readonly string[]): Promise<() => Promise<void>> {
  for (const table of tables) await pool.query(`alter table ${schema}.${table} rename to ${table}_away`);
  return async () => {
    for (const table of tables) await pool.query(`alter table ${schema}.${table}_away rename to ${table}`);
  };
}

/** A request that its provider answers when told to. */
async function heldRequest(customer: { readonly apiKey: string }): Promise<() => Promise<void>> {
  const waiting: ServerResponse[] = [];
  provider.answer = (response) => void waiting.push(response);
  const running = askGated(customer, url);
  running.catch(() => undefined);
  await until('the request to run', async () => waiting.length === 1 || undefined);
  provider.answer = answerHello;
  return () => {
    for (const response of waiting) answerHello(response);
    return running;
  };
}

test('a standby of quota leads by what it folded while it stood by, also past a wiped JetStream', async () => {
  await nats.stop('SIGKILL');
  await nats.wipe();
  await nats.start();
  await gateway.ready();
  const customer = await until('a customer', () => newCustomer().catch(() => undefined));
  const answer = await heldRequest(customer);
  const before = await customer.balance();
  assert.ok(before.held > 0n);

  const leader = await gateway.leader('quota');
  const standby = await standbyOf('quota');
  await hasFolded(standby, 'quota.live');
  const giveBack = await takeAway('quota', ['account', 'hold', 'price']);
  try {
    const killedAtMs = performance.now();
    await leader.stop('SIGKILL');
    await askGated(customer, url);
    const tookMs = Math.round(performance.now() - killedAtMs);
    console.log(`an admission ${tookMs} ms after the kill`);
    assert.ok(tookMs <= BACK_WITHIN_MS, `${tookMs} ms`);
    assert.equal(await gateway.leader('quota'), standby);
    assert.ok((await balanceOf(customer)).held >= before.held, 'a hold of before the kill still holds');
  } finally {
    await giveBack();
    leader.start();
    leader.supervise();
  }
  await answer();
  await settled();
  const { held, charged } = await customer.balance();
  assert.ok(held === 0n && charged > 0n);
  await gateway.ready();
});

test('a standby of billing charges what was used while nobody led, without a table to load', async () => {
  const customer = await until('a customer', () => newCustomer().catch(() => undefined));
  const answer = await heldRequest(customer);
  const leader = await gateway.leader('billing');
  const standby = await standbyOf('billing');
  await hasFolded(standby, 'billing.live');
  const giveBack = await takeAway('billing', ['price_book', 'open_request']);
  let charged = 0n;
  try {
    await leader.stop('SIGKILL');
    await answer();
    charged = await until('the charge', async () => (await balanceOf(customer)).charged || undefined);
  } finally {
    await giveBack();
    leader.start();
    leader.supervise();
  }
  await settled();
  const after = await customer.balance();
  assert.deepEqual([after.held, after.charged], [0n, charged]);
  await gateway.ready();
});

/** A reader that stays: the stream of questions tools ask a server about itself. Resolves when it reads, with its end. */
async function readOn(address: string): Promise<() => void> {
  const client = new Client(address, credentials.createInsecure());
  const asIs = (bytes: Buffer): Buffer => bytes;
  const call = client.makeBidiStreamRequest('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', asIs, asIs);
  call.on('error', () => undefined);
  call.write(Buffer.from([0x3a, 0x00]));
  await once(call, 'data');
  return () => {
    call.cancel();
    client.close();
  };
}

/** When a process wrote a line for the last time. */
function saidAtMs(process: ServiceProcess, message: string): number | undefined {
  const line = process.lines.findLast((each) => each.includes(`"msg":"${message}"`));
  return line === undefined ? undefined : Date.parse((JSON.parse(line) as { time: string }).time);
}

for (const service of ['quota', 'billing', 'accounts', 'journal'] as const) {
  test(`a leader of ${service} that is told to stop is succeeded while a reader still stays with it`, () =>
    handsOver(service));
}

async function handsOver(service: ServiceName): Promise<void> {
  const customer = await until('a customer', () => newCustomer().catch(() => undefined));
  const leader = await gateway.leader(service);
  const standby = await standbyOf(service);
  // Last of all: grpc-js cuts off who stays with a server that has said goodbye at its next keepalive ping.
  const letGo = await readOn(gateway.placeOf(leader).grpc);
  const toldAtMs = Date.now();
  const stopped = leader.stop('SIGTERM');
  try {
    await until('the next leader', async () => (await gateway.leader(service)) === standby || undefined);
    await askGated(customer, url);
    assert.equal(await stopped, 0);
    const [electedAtMs, ledAtMs] = [saidAtMs(standby, 'this process leads'), saidAtMs(standby, 'ready')];
    const stoppedAtMs = saidAtMs(leader, 'stopped');
    assert.ok(electedAtMs !== undefined && ledAtMs !== undefined && stoppedAtMs !== undefined);
    console.log(`the next led after ${ledAtMs - toldAtMs} ms, the old one ended after ${stoppedAtMs - toldAtMs} ms`);
    assert.ok(electedAtMs >= toldAtMs && electedAtMs < stoppedAtMs, `${electedAtMs} is not before ${stoppedAtMs}`);
  } finally {
    letGo();
    await stopped;
    leader.start();
    leader.supervise();
  }
  await gateway.ready();
}

test('a leader that is told to stop is succeeded while its read models wait for a lock', async () => {
  const customer = await until('a customer', () => newCustomer().catch(() => undefined));
  const leader = await gateway.leader('quota');
  const standby = await standbyOf('quota');
  const locker = await pool.connect();
  await locker.query('begin; lock table quota.account in access exclusive mode');
  let stopped: Promise<number | null> | undefined;
  try {
    await askGated(customer, url);
    await until('the projection to wait', async () => {
      const { rowCount } = await locker.query(
        `select from pg_locks where not granted and relation = 'quota.account'::regclass`,
      );
      return (rowCount ?? 0) > 0 || undefined;
    });
    const toldAtMs = performance.now();
    stopped = leader.stop('SIGTERM');
    await until('the next leader', async () => (await gateway.leader('quota')) === standby || undefined);
    await askGated(customer, url);
    const tookMs = performance.now() - toldAtMs;
    assert.ok(tookMs <= BACK_WITHIN_MS, `${tookMs} ms`);
  } finally {
    await locker.query('rollback');
    locker.release();
  }
  assert.equal(await stopped, 0);
  leader.start();
  leader.supervise();
  await gateway.ready();
  await settled();
});
