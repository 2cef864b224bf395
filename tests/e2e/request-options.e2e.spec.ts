import assert from 'node:assert/strict';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { gatewayctl } from './support/gatewayctl.ts';
import { install } from './support/install.ts';
import { until } from './support/until.ts';

const installation = await install();
const { admin, simulatorUrl } = installation;
afterAll(() => installation[Symbol.asyncDispose]());
const customer = await installation.customer();

async function put(path: string, body: object): Promise<void> {
  const { status, document } = await admin.call('PUT', path, { body });
  assert.ok(status === 200 || status === 201, JSON.stringify(document));
}

beforeAll(async () => {
  const provider = { kind: 'openai', api_key_ref: 'env:PROVIDER_KEY', catalogue: 'openai' };
  // Nobody listens on port 9, which is for bytes to be thrown away.
  await put('/admin/providers/gone', {
    ...provider,
    base_url: 'http://127.0.0.1:9/v1',
    models: ['gpt-4o'],
    priority: 1,
  });
  await put('/admin/providers/there', { ...provider, base_url: `${simulatorUrl}/v1`, models: ['gpt-4o-mini'] });
  await put('/admin/routes/only-gone', { order: 1, models: ['gpt-4o'], targets: [{ provider: 'gone' }] });
});

function ask(headers: Readonly<Record<string, string>>) {
  const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello' }] };
  return admin.call('POST', '/v1/chat/completions', { body, token: customer.apiKey, headers });
}

test('a model that its client names in another one’s place answers, is paid for, and the log says why', async () => {
  await until('the route is in force', async () => {
    const { status, headers } = await ask({});
    return status !== 200 && headers.get('x-gateway-route') === 'only-gone' ? true : undefined;
  });
  const options = { 'x-gateway-fallbacks': 'there/gpt-4o-mini', 'x-gateway-strategy': 'lowest_cost' };
  const answer = await ask(options);
  assert.deepEqual([answer.status, answer.headers.get('x-gateway-provider')], [200, 'there']);
  const requestId = answer.headers.get('x-request-id') ?? assert.fail('the answer has no id');
  const args = ['audit', 'explain', requestId];
  const told = await until('it is charged', async () => {
    const { stdout } = await gatewayctl(installation.gateway(), args);
    return stdout.includes('CHARGED') ? stdout : undefined;
  });
  assert.match(told, /Routed by the route only-gone; candidates in the order of lowest_cost, as the request says/);
  assert.match(told, /there\/gpt-4o-mini: .*, likely 0\.\d+ USD, in stage 1 where those before have failed/);
  assert.match(told, /attempt 1: gone\/gpt-4o, .*\(connection\)/);
  assert.match(told, /there\/gpt-4o-mini answered/);
});

test('a client that wants no other model and no other try gets the failure', async () => {
  const { status, headers } = await ask({ 'x-gateway-retries': '0' });
  assert.ok(status >= 500, String(status));
  assert.equal(headers.get('x-gateway-provider'), null);
});
