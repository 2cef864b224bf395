import assert from 'node:assert/strict';
import { formatUsd } from '#money/nano-usd.ts';
import { afterAll, test } from '#testkit/test.ts';
import { startSimulatorProcess } from '../../services/standalone/src/simulator-process.ts';
import { gatewayctl } from '../e2e/support/gatewayctl.ts';
import { install } from '../e2e/support/install.ts';
import { openLogReader } from '../e2e/support/log-reader.ts';
import { metered } from '../e2e/support/provider-meter.ts';
import { backendKeys, backendProviders } from './backends.ts';
import { reckonMixed } from './mixed-reckoning.ts';
import { embedder, mixedRequest } from './mixed-requests.ts';
import { openSender, type Seen } from './send-mixed.ts';

/** For the long run: GATEWAY_TEST_REQUESTS=100000. */
const REQUESTS = Number(process.env['GATEWAY_TEST_REQUESTS'] ?? 600);
/** Clients that ask at once. */
const CLIENTS = 16;
/** A request takes some 30 ms on a busy machine; what takes ten times that hangs. */
const TIMEOUT_MS = 300_000 + REQUESTS * 20;
const PROGRESS_STEPS = 20;
/** Enough that no request is refused for want of money. */
const CREDIT_USD = '100000';

const simulator = await startSimulatorProcess();
const installation = await install({
  simulatorUrl: simulator.url,
  providers: backendProviders(simulator.url, [embedder]),
  environment: await backendKeys(simulator.url),
});
const log = await openLogReader(installation);
afterAll(async () => {
  await log[Symbol.asyncDispose]();
  await installation[Symbol.asyncDispose]();
  await simulator.stop();
});

test(`${REQUESTS} requests in every format, whole, streamed, odd, cut and left, are charged to the nano-dollar`, {
  timeoutMs: TIMEOUT_MS,
}, async () => {
  const customer = await installation.customer({ creditUsd: CREDIT_USD });
  const seen = await sendAll(installation.gateway().url, customer.apiKey);
  await installation.settled();
  const charges = (await log.events('ChargePosted')).filter(({ data }) => data.userId === customer.userId);
  const reckoning = reckonMixed(seen, charges, await metered(simulator.url));
  const { faults, billedNanoUsd, meteredNanoUsd, estimates, estimatedNanoUsd, ...rest } = reckoning;
  console.error(
    `${rest.requests} requests, ${rest.charged} charged: ${formatUsd(billedNanoUsd)} USD billed, ` +
      `${formatUsd(meteredNanoUsd)} USD metered; ${estimates} estimates of ${formatUsd(estimatedNanoUsd)} USD`,
  );
  assert.deepEqual(faults.slice(0, 10), [], `${faults.length} requests disagree`);
  assert.equal(billedNanoUsd - meteredNanoUsd, 0n);
  assert.ok(billedNanoUsd > 0n);
  const { charged, held, available, credited } = await customer.balance();
  const total = charges.reduce((sum, { data }) => sum + BigInt(data.amountNanoUsd), 0n);
  assert.deepEqual({ charged, held, available }, { charged: total, held: 0n, available: credited - total });
  const verified = await gatewayctl(installation.gateway(), ['audit', 'verify']);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});

async function sendAll(url: string, apiKey: string): Promise<readonly Seen[]> {
  const sender = openSender(url, apiKey, CLIENTS);
  const seen: Seen[] = [];
  const step = Math.max(1, Math.floor(REQUESTS / PROGRESS_STEPS));
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < REQUESTS) {
      const number = next;
      next += 1;
      seen.push(await sender.send(mixedRequest(number)));
      if (REQUESTS > 1_000 && seen.length % step === 0) console.error(`${seen.length} of ${REQUESTS} requests`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  await sender.close();
  return seen;
}
