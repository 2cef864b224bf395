import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { startSimulator } from './simulator.ts';
import { meteredFor, simulatorFor } from './testing.ts';

function ask(url: string, content: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer any', ...headers },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] }),
  });
}

async function textOf(response: Response): Promise<string | undefined> {
  const body = (await response.json()) as { choices: { message: { content: string } }[] };
  return body.choices[0]?.message.content;
}

test('a server-wide script holds for all requests, until it is deleted', async (context) => {
  const url = await simulatorFor(context, { text: 'from the start' });
  const put = await fetch(`${url}/simulator/script`, { method: 'PUT', body: '{"text":"from the put"}' });
  assert.equal(put.status, 200);
  assert.equal(await textOf(await ask(url, 'Hi')), 'from the put');
  await fetch(`${url}/simulator/script`, { method: 'DELETE' });
  assert.equal(await textOf(await ask(url, 'Hi')), 'from the start');
});

test('a header wins over a prefix, and a prefix over the server-wide script', async (context) => {
  const url = await simulatorFor(context, { text: 'server' });
  const prefixed = '[[simulator {"text":"prefix"}]] Hi';
  assert.equal(await textOf(await ask(url, prefixed)), 'prefix');
  assert.equal(await textOf(await ask(url, prefixed, { 'x-simulator-script': '{"text":"header"}' })), 'header');
});

test('a wrong server-wide script is refused and changes nothing', async (context) => {
  const url = await simulatorFor(context, { text: 'kept' });
  const put = await fetch(`${url}/simulator/script`, { method: 'PUT', body: '{"text":5}' });
  assert.equal(put.status, 400);
  assert.equal(await textOf(await ask(url, 'Hi')), 'kept');
});

test('a simulator with a wrong script does not start', async () => {
  await assert.rejects(startSimulator({ script: { chunks: 0 } }), /chunks has to be/);
});

test('the meter is read back as totals and as records, and can be reset', async (context) => {
  const url = await simulatorFor(context, { usage: { prompt: 10, completion: 5 } });
  await (await ask(url, 'Hi', { 'x-request-id': 'a' })).text();
  await (await ask(url, 'Hi', { 'x-request-id': 'b' })).text();
  const totals = (await (await fetch(`${url}/simulator/meter`)).json()) as object;
  assert.partialDeepStrictEqual(totals, { m: { requests: 2, completed: 2, usage: { input: 20, output: 10 } } });
  assert.partialDeepStrictEqual(await meteredFor(url, 'b'), {
    requestId: 'b',
    format: 'openai-chat',
    model: 'm',
    stream: false,
  });
  assert.equal((await fetch(`${url}/simulator/meter`, { method: 'DELETE' })).status, 204);
  assert.deepEqual(await (await fetch(`${url}/simulator/meter`)).json(), {});
  assert.deepEqual(await (await fetch(`${url}/simulator/meter/requests`)).json(), []);
});

test('refused requests are not metered', async (context) => {
  const url = await simulatorFor(context);
  await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: '{}' });
  await ask(url, '[[simulator {"status":1}]]');
  assert.deepEqual(await (await fetch(`${url}/simulator/meter`)).json(), {});
});

test('unknown paths and methods are refused in the shape of OpenAI’s errors', async (context) => {
  const url = await simulatorFor(context);
  const paths = [
    ['GET', '/', 404],
    ['POST', '/v1/rerank', 404],
    ['GET', '/simulator/secrets', 404],
    ['GET', '/v1/chat/completions', 405],
  ] as const;
  for (const [method, path, status] of paths) {
    const response = await fetch(url + path, { method });
    assert.equal(response.status, status);
    assert.partialDeepStrictEqual(await response.json(), { error: { type: 'invalid_request_error' } });
  }
});

test('closing ends answers that hang instead of waiting for them', async () => {
  const simulator = await startSimulator({ script: { hang: 'mid-stream' } });
  const response = await ask(simulator.url, 'Hi');
  await simulator.close();
  await assert.rejects(response.text());
});
