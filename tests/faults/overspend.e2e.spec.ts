import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { formatUsd } from '#money/nano-usd.ts';
import { afterAll, test } from '#testkit/test.ts';
import { admittedOf, askGated, headersOfGated } from '../e2e/support/gated-requests.ts';
import { overHttp } from '../e2e/support/over-http.ts';
import { answerHello } from '../e2e/support/raw-provider.ts';
import { until } from '../e2e/support/until.ts';
import { startGatedGateway } from './gated-gateway.ts';

/** Requests at once, half of them on each of two ingresses. */
const REQUESTS = 1_000;
/** What the balance pays for. */
const PAYABLE = 37;

const world = await startGatedGateway({
  // Taken, and the same as strict between processes.
  environment: { GATEWAY_DURABILITY: 'overlapped' },
  processes: { ingress: 2, router: 2 },
});
afterAll(() => world[Symbol.asyncDispose]());
const { provider, gateway } = world;
const {
  admin,
  customer: newCustomer,
  settled,
} = overHttp(() => ({
  url: gateway.urls[0] ?? '',
  adminToken: gateway.adminToken,
}));
const gated = { provider, urls: gateway.urls };

test('of a thousand requests at once on two ingresses, exactly as many are admitted as the balance pays for', async () => {
  const first = await newCustomer();

  // The hold of one request, from what is held while it runs.
  const waiting: ServerResponse[] = [];
  provider.answer = (response) => void waiting.push(response);
  const running = askGated(first, gateway.urls[1] ?? '');
  await until('the request to run', async () => waiting.length === 1 || undefined);
  const hold = (await first.balance()).held;
  for (const response of waiting) answerHello(response);
  await running;

  const customer = await newCustomer({ creditUsd: formatUsd(hold * BigInt(PAYABLE)) });
  assert.equal(await admittedOf(REQUESTS, customer, gated), PAYABLE);
  await settled();
  const { available, charged, held } = await customer.balance();
  assert.equal(held, 0n);
  assert.equal(available + charged, hold * BigInt(PAYABLE));
  // What came back pays for as many more as it pays for, and none of those is refused.
  assert.equal(await admittedOf(Number(available / hold), customer, gated), Number(available / hold));
});

test('of a thousand requests at once on two ingresses, exactly as many are admitted as the tightest of their limits leaves', async () => {
  const customer = await newCustomer({ creditUsd: '100' });
  const subject = { kind: 'user', id: customer.userId };
  for (const [id, limit] of Object.entries({
    requests: { unit: 'requests', amount: PAYABLE, kind: 'hard' },
    answers: { unit: 'output_tokens', amount: REQUESTS * 100, kind: 'hard' },
    money: { unit: 'cost', amount: '50', kind: 'hard' },
  })) {
    const body = { subject, period: 'month', ...limit };
    const { status } = await admin.call('PUT', `/admin/limits/${customer.userId}-${id}`, { body });
    assert.ok(status === 200 || status === 201, String(status));
  }
  provider.answer = answerHello;
  // Policy is in force within a second: the first request that it counts tells what it leaves.
  const left = await until('the limits to be in force', async () => {
    const headers = await headersOfGated(customer, gateway.urls[0] ?? '');
    return headers.get('x-ratelimit-remaining-requests') ?? undefined;
  });
  await settled();
  assert.ok(Number(left) < PAYABLE);
  assert.equal(await admittedOf(REQUESTS, customer, gated, 429), Number(left));
});
