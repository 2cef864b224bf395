import assert from 'node:assert/strict';
import { afterAll, test } from '#testkit/test.ts';
import { startLoad } from '../chaos/load.ts';
import { reckon } from '../chaos/reckoning.ts';
import { gatewayctl } from '../e2e/support/gatewayctl.ts';
import { installStandalone } from '../e2e/support/standalone.ts';
import { until } from '../e2e/support/until.ts';
import { ask, completionOf } from './support/ask.ts';
import { hasServer, postmasterPid, processesOf } from './support/server-processes.ts';

const CLIENTS = 12;
const KILLS = 3;

/** An answer is promised within 5 s; a machine that is busy with other suites gets the same once more. */
const ANSWERED_WITHIN_MS = 10_000;

const installation = await installStandalone();
afterAll(() => installation[Symbol.asyncDispose]());
const customer = await installation.customer({ creditUsd: '1000' });

const url = (): string => installation.gateway().url;
const isReady = async (): Promise<true | undefined> =>
  (await ask(url(), { path: '/health/ready' })).status === 200 || undefined;

async function killPostmaster(): Promise<void> {
  process.kill(await postmasterPid(installation.dataDir), 'SIGKILL');
}

async function assertSound(): Promise<void> {
  await installation.settled();
  assert.equal((await customer.balance()).held, 0n);
  const verified = await gatewayctl(installation.gateway(), ['audit', 'verify']);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  // The read models, too, have everything: their last transactions do not wait for the disk.
  const replayed = await gatewayctl(installation.gateway(), ['replay', '--all']);
  assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr);
}

test('after a kill -9 of PostgreSQL an idle gateway answers the next completion, and starts PostgreSQL again', async () => {
  const before = await postmasterPid(installation.dataDir);
  await killPostmaster();
  const { status, code, retryAfter, tookMs } = await ask(url(), completionOf(customer.apiKey));
  assert.ok(tookMs < ANSWERED_WITHIN_MS, `${tookMs} ms`);
  assert.ok(status === 200 || (code === 'unavailable' && retryAfter !== ''), `${status} ${code}`);
  await until('the gateway to be ready again', isReady);
  assert.notEqual(await postmasterPid(installation.dataDir), before);
  assert.equal((await ask(url(), completionOf(customer.apiKey))).status, 200);
  await assertSound();
  const lines = installation.gateway().lines.join('\n');
  assert.match(lines, /PostgreSQL has ended by itself/);
  assert.match(lines, /PostgreSQL runs again/);
});

test('a kill -9 of one backend costs no more than a moment: PostgreSQL stays, and the gateway serves again', async () => {
  const postmaster = await postmasterPid(installation.dataDir);
  // The last of them serve connections; the first are PostgreSQL's own.
  const backend = (await processesOf(postmaster)).at(-1);
  assert.ok(backend !== undefined && backend !== postmaster);
  process.kill(backend, 'SIGKILL');
  const { status, code, tookMs } = await ask(url(), completionOf(customer.apiKey));
  assert.ok(tookMs < ANSWERED_WITHIN_MS && (status === 200 || code === 'unavailable'), `${status} in ${tookMs} ms`);
  await until('the gateway to be ready again', isReady);
  assert.equal(await postmasterPid(installation.dataDir), postmaster);
  assert.equal((await ask(url(), completionOf(customer.apiKey))).status, 200);
  await assertSound();
});

test('PostgreSQL killed again and again under load: every request is answered, and the money is exact', async () => {
  const load = startLoad({ clients: CLIENTS, url, apiKey: customer.apiKey });
  try {
    for (let kill = 0; kill < KILLS; kill += 1) {
      // Answers that were on their way when it was killed say nothing of the next server.
      await until('the gateway to be ready', isReady, 60_000);
      const enough = load.received.size + CLIENTS;
      await until('answers under load', async () => load.received.size >= enough || undefined, 60_000);
      await killPostmaster();
    }
    await until('the gateway to be ready', isReady, 60_000);
    const enough = load.received.size + CLIENTS;
    await until('answers after the last kill', async () => load.received.size >= enough || undefined, 60_000);
  } finally {
    // Each client ends what it is at: a request without an answer would hold this up.
    await load.stop();
  }
  await installation.settled();
  await reckon(installation, customer, load, { mayWithhold: true });
  await assertSound();
});

test('a stop right after a kill -9 of PostgreSQL ends within its time, leaves no server behind, and loses nothing', async () => {
  const before = await customer.balance();
  await killPostmaster();
  assert.equal(await installation.gateway().stop('SIGTERM'), 0);
  assert.equal(await hasServer(installation.dataDir), false);
  await installation.start();
  assert.deepEqual(await customer.balance(), before);
  await assertSound();
});
