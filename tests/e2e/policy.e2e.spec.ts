import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, test } from '#testkit/test.ts';
import { install } from './support/install.ts';

const installation = await install();
const { admin, simulatorUrl } = installation;
afterAll(() => installation[Symbol.asyncDispose]());
const customer = await installation.customer();

/** What policy promises: a change is in force everywhere within a second. */
const IN_FORCE_WITHIN_MS = 1_000;

/** The status of an answer to a request for a model. */
async function statusOf(model: string): Promise<number> {
  const body = { model, messages: [{ role: 'user', content: 'Hello' }] };
  return (await admin.call('POST', '/v1/chat/completions', { body, token: customer.apiKey })).status;
}

/** Waits until a request for a model gets a status, which is to be within the second. */
async function inForce(model: string, status: number): Promise<void> {
  const startedAtMs = performance.now();
  let last = await statusOf(model);
  while (last !== status && performance.now() - startedAtMs < IN_FORCE_WITHIN_MS) {
    await pause(20);
    last = await statusOf(model);
  }
  assert.equal(last, status, model);
}

async function put(path: string, body: object): Promise<void> {
  const { status, document } = await admin.call('PUT', path, { body });
  assert.ok(status === 200 || status === 201, JSON.stringify(document));
}

const provider = {
  kind: 'openai',
  base_url: `${simulatorUrl}/v1`,
  api_key_ref: 'env:PROVIDER_KEY',
  catalogue: 'openai',
  models: ['gpt-4o'],
};

test('a provider, an alias and a disabled model are in force without a restart', async () => {
  assert.equal(await statusOf('gpt-4o'), 404);
  await put('/admin/providers/extra', provider);
  await inForce('gpt-4o', 200);
  await put('/admin/aliases/quick-*', { models: ['gpt-*'] });
  await inForce('quick-4o', 200);
  await put('/admin/models/gpt-4o', { status: 'disabled' });
  await inForce('gpt-4o', 404);
  await inForce('quick-4o', 404);
  assert.equal((await admin.call('DELETE', '/admin/models/gpt-4o')).status, 204);
  await inForce('gpt-4o', 200);
});

test('a model of one’s own is refused until it has a price, and answers within a second of it', async () => {
  await put('/admin/providers/extra', { ...provider, models: ['gpt-4o', 'house-model'] });
  await inForce('house-model', 400);
  const prices = [
    { unit: 'input', usd_per_million: '0.2' },
    { unit: 'output', usd_per_million: '0.6' },
  ];
  await put('/admin/prices/openai/house-model', { prices });
  await inForce('house-model', 200);
});

test('a test of a provider makes a real call, and says what to do where it fails', async () => {
  interface Tested {
    readonly ok: boolean;
    readonly model: string;
    readonly message: string;
  }
  const { document: good } = await admin.call<Tested>('POST', '/admin/providers/extra/test', { body: {} });
  assert.ok(good.ok, good.message);
  await put('/admin/providers/gone', { ...provider, base_url: 'http://127.0.0.1:1/v1' });
  const { document: bad } = await admin.call<Tested>('POST', '/admin/providers/gone/test', { body: {} });
  assert.ok(!bad.ok);
  assert.match(bad.message, /ECONNREFUSED/);
});
