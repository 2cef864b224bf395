import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, test } from '#testkit/test.ts';
import type { Customer } from '../e2e/support/installation.ts';
import { overHttp } from '../e2e/support/over-http.ts';
import { answerHello } from '../e2e/support/raw-provider.ts';
import { until } from '../e2e/support/until.ts';
import { startGatedGateway } from './gated-gateway.ts';

/** Requests at once under one key, half of them on each of two ingresses. */
const REQUESTS = 60;
const RETRY_MS = 200;
/** A silent process is looked at after 20 s; the rest is for a machine that is busy with other suites. */
const TOLD_WITHIN_MS = 120_000;

const world = await startGatedGateway({
  // Taken, and the same as strict between processes.
  environment: { GATEWAY_DURABILITY: 'overlapped' },
  processes: { ingress: 2, router: 2 },
});
afterAll(() => world[Symbol.asyncDispose]());
const { provider, gateway } = world;
const [firstUrl = '', secondUrl = ''] = gateway.urls;
const { customer: newCustomer, settled } = overHttp(() => ({ url: secondUrl, adminToken: gateway.adminToken }));

async function ask(url: string, { apiKey }: Customer, key: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ model: 'gpt-4o', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] }),
  });
  return { status: response.status, text: await response.text() };
}

test('of many requests at once under one key on two ingresses, one is executed and charged', async () => {
  const customer = await newCustomer();
  const calls = provider.requests.length;
  provider.answer = answerHello;
  const urls = [firstUrl, secondUrl];
  const told = await Promise.all(
    Array.from({ length: REQUESTS }, (_, index) => ask(urls[index % urls.length] ?? '', customer, 'race')),
  );
  assert.ok(told.some(({ status }) => status === 200));
  assert.ok(told.every(({ status, text }) => status === 200 || text.includes('idempotency_key_in_use')));
  assert.equal((await ask(secondUrl, customer, 'race')).status, 200);
  assert.equal(provider.requests.length, calls + 1);
});

test('a request whose ingress is killed while it runs is charged once, and another ingress does not execute it again', async () => {
  const customer = await newCustomer();
  const reached = Promise.withResolvers<() => void>();
  provider.answer = (response) => reached.resolve(() => answerHello(response));
  const calls = provider.requests.length;
  const first = ask(firstUrl, customer, 'killed').catch(() => undefined);
  const answer = await reached.promise;
  await gateway.of('ingress')[0]?.stop('SIGKILL');
  assert.equal(await first, undefined);
  assert.match((await ask(secondUrl, customer, 'killed')).text, /idempotency_key_in_use/);
  // The router hears the provider to the end, as for any client that is gone.
  answer();
  await settled();
  const { charged } = await customer.balance();
  assert.ok(charged > 0n);
  const told = await until(
    'the other ingress to look at it',
    async () => {
      const answered = await ask(secondUrl, customer, 'killed');
      if (!answered.text.includes('idempotency_key_in_use')) return answered;
      await pause(RETRY_MS);
      return undefined;
    },
    TOLD_WITHIN_MS,
  );
  assert.equal(told.status, 409);
  assert.match(told.text, /idempotency_answer_lost/);
  assert.equal(provider.requests.length, calls + 1);
  await settled();
  assert.equal((await customer.balance()).charged, charged);
});
