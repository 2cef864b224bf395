import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { afterAll, test } from '#testkit/test.ts';
import { startSimulatorProcess } from '../../services/standalone/src/simulator-process.ts';
import { expectedCharge } from './support/expected-charge.ts';
import { openLogReader } from './support/log-reader.ts';
import { meteredOnce } from './support/provider-meter.ts';
import { installStandalone } from './support/standalone.ts';
import { until } from './support/until.ts';

/* A response in the background takes longer than any other request may, and its hold lasts until it is charged. */

const HOLD_TTL_MS = 2_500;
const simulator = await startSimulatorProcess();
const installation = await installStandalone({
  simulatorUrl: simulator.url,
  environment: {
    ...{ GATEWAY_REQUEST_TIMEOUT_MS: '1500', GATEWAY_HOLD_TTL_MS: String(HOLD_TTL_MS) },
    GATEWAY_BACKGROUND_TIMEOUT_MS: '120000',
  },
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await simulator.stop();
});

test('a response in the background outlasts the time and the holds of other requests, and is charged', async () => {
  const chunks = { chunks: 50, chunkDelayMs: 120 };
  await fetch(`${simulator.url}/simulator/script`, { method: 'PUT', body: JSON.stringify(chunks) });
  const customer = await installation.customer();
  const client = new OpenAI({
    apiKey: customer.apiKey,
    baseURL: `${installation.gateway().url}/v1`,
    maxRetries: 0,
  });
  const startedAtMs = Date.now();
  const asked = { model: 'gpt-4o-mini', input: 'Count to ten.', background: true } as const;
  const { data: begun, response: http } = await client.responses.create(asked).withResponse();
  const requestId = http.headers.get('x-request-id') ?? '';
  const ended = await until('the response to end', async () => {
    const response = await client.responses.retrieve(begun.id);
    return response.status === 'queued' || response.status === 'in_progress' ? undefined : response;
  });
  assert.equal(ended.status, 'completed', ended.error?.message);
  assert.ok(Date.now() - startedAtMs > HOLD_TTL_MS, 'it has taken longer than the holds of others last');
  await installation.settled();
  const { charged, held } = await customer.balance();
  assert.deepEqual([charged, held], [expectedCharge(await meteredOnce(simulator.url, requestId)), 0n]);
  await using reader = await openLogReader(installation);
  const expired = await reader.events('HoldExpired');
  assert.deepEqual(
    expired.filter(({ data }) => data.requestId === requestId),
    [],
  );
});
