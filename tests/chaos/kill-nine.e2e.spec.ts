import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from '#testkit/test.ts';
import { startSimulatorProcess } from '../../services/standalone/src/simulator-process.ts';
import { gatewayctl } from '../e2e/support/gatewayctl.ts';
import { installStandalone, type StandaloneInstallation } from '../e2e/support/standalone.ts';
import { until } from '../e2e/support/until.ts';
import { halfStart } from '../standalone/half-start.ts';
import { startLoad } from './load.ts';
import { reckon } from './reckoning.ts';

const KILLS = 20;
const CLIENTS = 16;

/** Answers received after a start before the next kill: at once, in the first answers, in full run. */
const ANSWERS_BEFORE_KILL = [40, 0, 15, 1, 60];
/** Every so many kills PostgreSQL goes down with the gateway, as when the machine loses its power. */
const DATABASE_TOO_EVERY = 4;
/** And every so many the next start is killed as well, while it recovers. */
const START_TOO_EVERY = 5;

/** Enough that no request is refused for want of money. */
const CREDIT_USD = '1000';

/** Long enough for requests to be killed in every part of their lives, short enough for many of them. */
const SCRIPT = { latencyMs: 5, jitterMs: 40, chunkDelayMs: 3, chunks: 10 };

test('twenty times kill -9 under load: what was answered is charged exactly once, and nothing else is', async (scope) => {
  const simulator = await startSimulatorProcess();
  scope.defer(() => simulator.stop());
  await fetch(`${simulator.url}/simulator/script`, { method: 'PUT', body: JSON.stringify(SCRIPT) });
  await using installation = await installStandalone({
    simulatorUrl: simulator.url,
  });
  const customer = await installation.customer({ creditUsd: CREDIT_USD });
  const load = startLoad({ clients: CLIENTS, url: () => installation.gateway().url, apiKey: customer.apiKey });

  for (let kill = 0; kill < KILLS; kill += 1) {
    const enough = load.received.size + (ANSWERS_BEFORE_KILL[kill % ANSWERS_BEFORE_KILL.length] ?? 0);
    await until('answers under load', async () => load.received.size >= enough || undefined);
    await killNine(installation, kill % DATABASE_TOO_EVERY === DATABASE_TOO_EVERY - 1);
    if (kill % START_TOO_EVERY === 0) await killStart(installation);
    await installation.start();
  }
  const enough = load.received.size + CLIENTS;
  await until('answers after the last start', async () => load.received.size >= enough || undefined);
  await load.stop();
  await installation.settled();

  const { admitted, charged, expired, estimated } = await reckon(installation, customer, load);
  const verified = await gatewayctl(installation.gateway(), ['audit', 'verify']);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  const replayed = await gatewayctl(installation.gateway(), ['replay', '--all']);
  assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr);
  assert.ok(expired > 0 && load.left.size > 0, 'the kills must have hit running requests');
  console.log(
    `${KILLS} kills, ${load.attempts()} attempts, ${admitted} admitted, ${load.received.size} received in full, ` +
      `${load.left.size} left by their clients, ${charged} charged (${estimated} by an estimate), ${expired} orphaned`,
  );
});

/** Kills the gateway, and PostgreSQL with it where asked to, as nothing can prepare for. */
async function killNine(installation: StandaloneInstallation, isDatabaseToo: boolean): Promise<void> {
  const file = await readFile(join(installation.dataDir, 'postgres/postmaster.pid'), 'utf8');
  const ended = installation.gateway().stop('SIGKILL');
  if (isDatabaseToo) process.kill(Number(file.split('\n')[0]), 'SIGKILL');
  await ended;
}

async function killStart({ dataDir, environment }: StandaloneInstallation): Promise<void> {
  const { signal } = await halfStart({ dataDir, environment, at: 'the log is open', signal: 'SIGKILL' });
  assert.equal(signal, 'SIGKILL');
}
