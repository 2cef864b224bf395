import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { after, test } from 'node:test';
import OpenAI from 'openai';
import { formatUsd } from '#money/nano-usd.ts';
import { startDistributedGateway } from '#testkit/distributed-gateway.ts';
import { temporaryDataDir } from '#testkit/gateway-process.ts';
import { startTemporaryNats } from '#testkit/temporary-nats.ts';
import { createTemporaryDatabase } from '#testkit/temporary-postgres.ts';
import type { Customer } from '../e2e/support/installation.ts';
import { configure, overHttp } from '../e2e/support/over-http.ts';
import { answerHello, startRawProvider } from '../e2e/support/raw-provider.ts';
import { until } from '../e2e/support/until.ts';

/** Requests at once, half of them on each of two ingresses. */
const REQUESTS = 1_000;
/** What the balance pays for. */
const PAYABLE = 37;
const DECIDED_WITHIN_MS = 60_000;

await using undo = new AsyncDisposableStack();
/** Holds its answers back until it is told to give them. */
const provider = undo.use(await startRawProvider());
const folder = undo.use(await temporaryDataDir()).path;
const database = undo.use(await createTemporaryDatabase());
const nats = undo.use(await startTemporaryNats());
const adminToken = randomBytes(24).toString('hex');
const gateway = undo.use(
  await startDistributedGateway({
    databaseUrl: database.connectionString,
    natsUrl: nats.url,
    adminToken,
    keyPepper: randomBytes(32).toString('hex'),
    environment: await configure(folder, 'http://127.0.0.1:1', {
      providers: [{ name: 'gate', baseUrl: provider.baseUrl, models: ['gpt-4o'] }],
    }),
    processes: { ingress: 2, router: 2 },
  }),
);
const { customer: newCustomer, settled } = overHttp(() => ({ url: gateway.urls[0] ?? '', adminToken }));
const stack = undo.move();
after(() => stack.disposeAsync());

/** All of them cost the same hold: 100 output tokens at most, and the same bytes. */
async function ask({ apiKey }: Customer, url: string): Promise<void> {
  const client = new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 });
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  await client.chat.completions.create({ model: 'gpt-4o', max_completion_tokens: 100, messages });
}

/** Sends requests at once, lets none end before all are decided, and returns how many were admitted. */
async function admittedOf(total: number, customer: Customer): Promise<number> {
  const waiting: ServerResponse[] = [];
  let refused = 0;
  provider.answer = (response) => void waiting.push(response);
  const outcomes = Promise.allSettled(
    Array.from({ length: total }, (_, index) =>
      ask(customer, gateway.urls[index % 2] ?? '').catch((error: unknown) => {
        refused += 1;
        throw error;
      }),
    ),
  );
  await until(
    'every request to be decided',
    async () => waiting.length + refused === total || undefined,
    DECIDED_WITHIN_MS,
  );
  assert.ok((await customer.balance()).available >= 0n);
  for (const response of waiting) answerHello(response);
  for (const outcome of await outcomes) {
    if (outcome.status === 'fulfilled') continue;
    assert.ok(outcome.reason instanceof OpenAI.APIError && outcome.reason.status === 402, String(outcome.reason));
  }
  return waiting.length;
}

test('of a thousand requests at once on two ingresses, exactly as many are admitted as the balance pays for', async () => {
  const first = await newCustomer();

  // The hold of one request, from what is held while it runs.
  const waiting: ServerResponse[] = [];
  provider.answer = (response) => void waiting.push(response);
  const running = ask(first, gateway.urls[1] ?? '');
  await until('the request to run', async () => waiting.length === 1 || undefined);
  const hold = (await first.balance()).held;
  for (const response of waiting) answerHello(response);
  await running;

  const customer = await newCustomer({ creditUsd: formatUsd(hold * BigInt(PAYABLE)) });
  assert.equal(await admittedOf(REQUESTS, customer), PAYABLE);
  await settled();
  const { available, charged, held } = await customer.balance();
  assert.equal(held, 0n);
  assert.equal(available + charged, hold * BigInt(PAYABLE));
  // What came back pays for as many more as it pays for, and none of those is refused.
  assert.equal(await admittedOf(Number(available / hold), customer), Number(available / hold));
});
