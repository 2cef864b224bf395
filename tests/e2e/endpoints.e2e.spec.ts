import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { parseUsd } from '#money/nano-usd.ts';
import { afterAll, describe, test } from '#testkit/test.ts';
import { startSimulator } from '../../tools/simulator/src/simulator.ts';
import { install } from './support/install.ts';

const EMBEDDER = 'text-embedding-3-small';
const EMBEDDER_INPUT = ['Say hello.', 'Say goodbye.'];

const simulator = await startSimulator();
const installation = await install({
  simulatorUrl: simulator.url,
  providers: [{ name: 'embedder', baseUrl: `${simulator.url}/v1`, catalogue: 'openai', models: [EMBEDDER] }],
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await simulator.close();
});
const { apiKey, balance } = await installation.customer();

const messages = [{ role: 'user', content: 'Say hello.' }];

/** Every endpoint at which a model talks: in front of a provider that speaks the same, and of one that does not. */
const endpoints = [
  { path: '/v1/chat/completions', fields: { messages }, end: 'data: [DONE]' },
  { path: '/v1/responses', fields: { input: 'Say hello.', store: false }, end: 'event: response.completed' },
  { path: '/v1/messages', fields: { messages, max_tokens: 100 }, end: 'event: message_stop' },
] as const;
const models = ['gpt-4o-mini', 'claude-haiku-4-5'] as const;

function post(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${installation.gateway().url}${path}`, {
    method: 'POST',
    headers: { 'x-api-key': apiKey, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

async function charged(): Promise<bigint> {
  await installation.settled();
  return (await balance()).charged;
}

for (const { path, fields, end } of endpoints) {
  for (const model of models) {
    describe(`POST ${path} of ${model}`, () => {
      test('answers whole, says what it costs, and that is what is charged', async () => {
        const before = await charged();
        const response = await post(path, { model, ...fields });
        const text = await response.text();
        assert.equal(response.status, 200, text);
        assert.match(text, /Hello from the simulator/);
        assert.match(response.headers.get('x-gateway-provider') ?? '', /./);
        assert.equal(response.headers.get('x-gateway-attempts'), '1');
        const cost = response.headers.get('x-gateway-cost-usd');
        assert.ok(cost !== null);
        assert.equal((await charged()) - before, parseUsd(cost));
      });

      test('streams to its end, and is charged once for an Idempotency-Key', async () => {
        const before = await charged();
        const headers = { 'idempotency-key': randomUUID() };
        const first = await (await post(path, { model, ...fields, stream: true }, headers)).text();
        assert.ok(first.includes(end), first);
        const once = await charged();
        assert.ok(once > before);
        const again = await post(path, { model, ...fields, stream: true }, headers);
        assert.equal(again.headers.get('idempotent-replayed'), 'true');
        assert.equal(await again.text(), first);
        assert.equal(await charged(), once);
      });
    });
  }
}

test('POST /v1/completions goes on with a text, and is charged what it says', async () => {
  const before = await charged();
  const response = await post('/v1/completions', { model: 'gpt-4o-mini', prompt: 'Say hello.', max_tokens: 50 });
  assert.equal(response.status, 200);
  assert.match(await response.text(), /Hello from the simulator/);
  assert.equal((await charged()) - before, parseUsd(response.headers.get('x-gateway-cost-usd') ?? ''));
});

test('POST /v1/embeddings gives a vector for each text, and is charged its input alone', async () => {
  const before = await charged();
  const response = await post('/v1/embeddings', { model: EMBEDDER, input: EMBEDDER_INPUT });
  const document = (await response.json()) as { data: { embedding: unknown }[] };
  assert.equal(response.status, 200, JSON.stringify(document));
  assert.equal(document.data.length, EMBEDDER_INPUT.length);
  assert.equal(response.headers.get('x-gateway-max-output-tokens'), null);
  const cost = (await charged()) - before;
  assert.ok(cost > 0n);
  assert.equal(cost, parseUsd(response.headers.get('x-gateway-cost-usd') ?? ''));
});

for (const [path, fields] of [
  ['/v1/messages/count_tokens', { messages }],
  ['/v1/responses/input_tokens', { input: 'Say hello.' }],
] as const) {
  for (const model of models) {
    test(`POST ${path} of ${model} counts for nothing`, async () => {
      const before = await charged();
      const response = await post(path, { model, ...fields });
      const document = (await response.json()) as { input_tokens: number };
      assert.equal(response.status, 200, JSON.stringify(document));
      assert.ok(document.input_tokens > 0 && document.input_tokens < 100, JSON.stringify(document));
      assert.equal(await charged(), before);
    });
  }
}
