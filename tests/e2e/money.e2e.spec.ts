import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { formatUsd } from '#money/nano-usd.ts';
import { afterAll, test } from '#testkit/test.ts';
import type { Script } from '../../tools/simulator/src/script.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { balanceOf, type UserDocument } from './support/admin-api.ts';
import { expectedCharge } from './support/expected-charge.ts';
import { install } from './support/install.ts';
import type { Customer } from './support/installation.ts';
import { openLogReader } from './support/log-reader.ts';
import { metered, meteredOnce } from './support/provider-meter.ts';

const installation = await install();
const log = await openLogReader(installation);
afterAll(async () => {
  await log[Symbol.asyncDispose]();
  await installation[Symbol.asyncDispose]();
});
const model = 'gpt-4o-mini';

interface Asked {
  readonly model?: string;
  readonly stream?: boolean;
  readonly max_tokens?: number;
  readonly n?: number;
}

/** Sends a request, reads its answer to the end, and returns its id. */
async function ask({ client }: Customer, script: Script, { stream = false, ...asked }: Asked = {}): Promise<string> {
  const body = { model, messages: [{ role: 'user' as const, content: scripted(script) }], ...asked };
  if (!stream) return (await client.chat.completions.create(body).withResponse()).request_id ?? '';
  const { data, request_id: requestId } = await client.chat.completions.create({ ...body, stream }).withResponse();
  await Array.fromAsync(data);
  return requestId ?? '';
}

async function chargeOf(requestId: string) {
  const charges = await log.events('ChargePosted');
  const [charge, ...more] = charges.filter(({ data }) => data.requestId === requestId);
  assert.ok(charge && more.length === 0, `request ${requestId} must have exactly one charge`);
  return charge.data;
}

test('an answer costs its usage times the price times 1.5, to the nano-dollar', async () => {
  const customer = await installation.customer({ creditUsd: '1' });
  await ask(customer, { usage: { prompt: 1_000, completion: 100, cached: 400, reasoning: 30 } });
  await installation.settled();
  // (600 × 0.15 + 400 × 0.075 + 100 × 0.60) USD a million tokens, times 1.5.
  const { charged, available, held } = await customer.balance();
  assert.equal(charged, 270_000n);
  assert.equal(available, 1_000_000_000n - 270_000n);
  assert.equal(held, 0n);
});

const kinds: readonly (readonly [string, Script, Asked])[] = [
  ['a whole answer', {}, {}],
  ['a stream', { chunks: 12 }, { stream: true }],
  ['cached input tokens', { usage: { prompt: 500, cached: 384 } }, {}],
  ['reasoning tokens', { usage: { completion: 900, reasoning: 700 } }, { model: 'o3-mini', stream: true }],
  ['several choices', {}, { n: 3 }],
  [
    'tokens read from and written to a cache',
    { usage: { prompt: 900, cached: 300, cacheWrite: 500 } },
    { model: 'claude-haiku-4-5' },
  ],
  ['a stream by Anthropic', {}, { model: 'claude-haiku-4-5', stream: true }],
];
for (const [what, script, asked] of kinds) {
  test(`the balance falls by what the provider metered: ${what}`, async () => {
    const customer = await installation.customer();
    const requestId = await ask(customer, script, asked);
    await installation.settled();
    const expected = expectedCharge(await meteredOnce(installation.simulatorUrl, requestId));
    const balance = await customer.balance();
    assert.ok(expected > 0n);
    assert.equal(balance.charged, expected);
    assert.equal(balance.available, balance.credited - expected);
    assert.equal((await chargeOf(requestId)).estimated, false);
  });
}

test('a user’s own multiplier is the one he pays', async () => {
  const customer = await installation.customer({ multiplier: '2.25' });
  const requestId = await ask(customer, {});
  await installation.settled();
  const record = await meteredOnce(installation.simulatorUrl, requestId);
  assert.equal((await customer.balance()).charged, expectedCharge(record, 22_500));
});

test('the user’s usage, the admin’s view and the log tell the same amounts', async () => {
  const customer = await installation.customer();
  await ask(customer, { usage: { prompt: 100, cached: 40, completion: 50, reasoning: 20 } });
  await ask(customer, { usage: { prompt: 7, completion: 3 } });
  await ask(customer, {}, { model: 'claude-haiku-4-5' });
  await installation.settled();
  interface UsageDocument {
    readonly totals: Readonly<Record<string, number | string>>;
    readonly data: readonly { readonly model: string; readonly requests: number; readonly amount_nano_usd: string }[];
    readonly balance: UserDocument['balance'];
  }
  const { document } = await installation.admin.call<UsageDocument>('GET', '/v1/usage', { token: customer.apiKey });
  const charges = (await log.events('ChargePosted')).filter(({ data }) => data.userId === customer.userId);
  const total = charges.reduce((sum, { data }) => sum + BigInt(data.amountNanoUsd), 0n);
  assert.equal(document.totals['amount_nano_usd'], String(total));
  assert.equal(document.totals['requests'], 3);
  const mini = document.data.find((line) => line.model === model);
  assert.equal(mini?.requests, 2);
  assert.deepEqual(balanceOf(document.balance), await customer.balance());
  assert.equal((await customer.balance()).charged, total);
});

test('what a provider reports beyond the hold is paid by the house', async () => {
  const customer = await installation.customer();
  const requestId = await ask(customer, { usage: { prompt: 10, completion: 5_000 } }, { max_tokens: 5 });
  await installation.settled();
  const charge = await chargeOf(requestId);
  const expected = expectedCharge(await meteredOnce(installation.simulatorUrl, requestId));
  assert.equal(charge.amountNanoUsd, charge.holdNanoUsd);
  assert.equal(BigInt(charge.amountNanoUsd) + BigInt(charge.overrunNanoUsd), expected);
  assert.equal((await customer.balance()).charged, BigInt(charge.holdNanoUsd));
});

test('a report that is orders of magnitude beyond what was asked for is not believed, but estimated', async () => {
  const customer = await installation.customer();
  const requestId = await ask(customer, { usage: { prompt: 10, completion: 900_000_000 } }, { max_tokens: 5 });
  await installation.settled();
  const charge = await chargeOf(requestId);
  assert.equal(charge.estimated, true);
  assert.equal(charge.overrunNanoUsd, '0');
});

test('a request that the balance cannot pay reaches no provider', async () => {
  const customer = await installation.customer({ creditUsd: '0.000001' });
  const before = (await metered(installation.simulatorUrl)).length;
  await assert.rejects(ask(customer, {}), (error) => error instanceof OpenAI.APIError && error.status === 402);
  assert.equal((await metered(installation.simulatorUrl)).length, before);
  assert.deepEqual(await customer.balance(), { credited: 1_000n, charged: 0n, held: 0n, available: 1_000n });
});

test('a model without a price is refused before any provider is called', async () => {
  const customer = await installation.customer();
  const before = (await metered(installation.simulatorUrl)).length;
  await assert.rejects(ask(customer, {}, { model: 'nobody-knows-its-price' }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.code, 'model_not_priced');
    return true;
  });
  assert.equal((await metered(installation.simulatorUrl)).length, before);
});

test('a provider that failed costs nothing, and the hold comes back', async () => {
  const customer = await installation.customer({ creditUsd: '1' });
  await assert.rejects(ask(customer, { status: 500 }), OpenAI.InternalServerError);
  await installation.settled();
  const credited = 1_000_000_000n;
  assert.deepEqual(await customer.balance(), { credited, charged: 0n, held: 0n, available: credited });
});

for (const stream of [false, true]) {
  test(`usage that the provider does not report is estimated from the text, and marked so${stream ? ', in a stream' : ''}`, async () => {
    const customer = await installation.customer();
    const requestId = await ask(customer, { omitUsage: true, chunks: 20 }, { stream, max_tokens: 200 });
    await installation.settled();
    const charge = await chargeOf(requestId);
    assert.equal(charge.estimated, true);
    assert.ok(BigInt(charge.amountNanoUsd) > 0n);
    assert.ok(BigInt(charge.amountNanoUsd) <= BigInt(charge.holdNanoUsd));
    assert.equal((await customer.balance()).charged, BigInt(charge.amountNanoUsd));
    const usage = (await log.events('UsageRecorded')).find(({ data }) => data.requestId === requestId);
    assert.notEqual(usage?.data.estimatePolicy, '');
  });
}

test('a top-up is spendable at once', async () => {
  const customer = await installation.customer({ creditUsd: '' });
  await assert.rejects(ask(customer, {}), (error) => error instanceof OpenAI.APIError && error.status === 402);
  await installation.admin.call('POST', `/admin/users/${customer.userId}/balance`, {
    body: { amount_usd: formatUsd(1_000_000_000n) },
  });
  await ask(customer, {});
});
