import assert from 'node:assert/strict';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { gatewayctl } from './support/gatewayctl.ts';
import { install } from './support/install.ts';
import { until } from './support/until.ts';

const installation = await install();
const { admin, gateway, simulatorUrl } = installation;
afterAll(() => installation[Symbol.asyncDispose]());
const customer = await installation.customer();

const provider = {
  kind: 'openai',
  base_url: `${simulatorUrl}/v1`,
  api_key_ref: 'env:PROVIDER_KEY',
  catalogue: 'openai',
};
const asked = { messages: [{ role: 'user', content: 'Hello' }] };

async function put(path: string, body: object): Promise<void> {
  const { status, document } = await admin.call('PUT', path, { body });
  assert.ok(status === 200 || status === 201, JSON.stringify(document));
}

beforeAll(async () => {
  await put('/admin/providers/near', { ...provider, models: ['gpt-4o'], region: 'eu', priority: 1 });
  await put('/admin/providers/far', { ...provider, models: ['gpt-4o', 'gpt-4o-mini'], region: 'us', priority: 2 });
  await put('/admin/routes/blue', {
    order: 1,
    models: ['gpt-4o'],
    headers: [{ name: 'X-Team', value: 'blue' }],
    targets: [{ provider: 'far', model: 'gpt-4o-mini' }],
    strategy: 'lowest_latency',
  });
});

interface Explained {
  readonly route_id: string | null;
  readonly strategy: string;
  readonly looked_at: readonly { readonly route_id: string; readonly mismatch: string | null }[];
  readonly candidates: readonly { readonly provider: string; readonly model: string; readonly state: string }[];
  readonly left_out: readonly { readonly provider: string; readonly reason: string }[];
  readonly note: string | null;
}

/** Status, provider and route of the answer to a request with some headers. */
async function answered(headers: Readonly<Record<string, string>>) {
  const body = { ...asked, model: 'gpt-4o' };
  const answer = await admin.call('POST', '/v1/chat/completions', { body, token: customer.apiKey, headers });
  return [answer.status, answer.headers.get('x-gateway-provider'), answer.headers.get('x-gateway-route')];
}

async function explained(body: object): Promise<Explained> {
  const { status, document } = await admin.call<Explained>('POST', '/admin/route-explanation', { body });
  assert.equal(status, 200, JSON.stringify(document));
  return document;
}

test('a request goes where its explanation says: by its header, by its region, and by neither', async () => {
  const cases = [
    { headers: {}, goes: ['near', null], leftOut: [] },
    { headers: { 'x-team': 'blue' }, goes: ['far', 'blue'], leftOut: [] },
    { headers: { 'x-gateway-region': 'us' }, goes: ['far', null], leftOut: [['near', 'region']] },
  ] as const;
  for (const { headers, goes, leftOut } of cases) {
    const says = await explained({ model: 'gpt-4o', user_id: customer.userId, headers });
    assert.deepEqual([says.candidates[0]?.provider, says.route_id], goes);
    assert.equal(says.candidates[0]?.state, 'closed', 'the router was asked');
    assert.deepEqual(
      says.left_out.map(({ provider, reason }) => [provider, reason]),
      leftOut,
    );
    const [provider, route] = goes;
    await until(`${provider} and ${route} for ${JSON.stringify(headers)}`, async () => {
      const seen = await answered(headers);
      return seen.join() === [200, ...goes].join() ? seen : undefined;
    });
  }
});

test('a region in which nobody is refuses the request by its header, and the explanation says why', async () => {
  const headers = { 'x-gateway-region': 'mars' };
  const body = { ...asked, model: 'gpt-4o' };
  const { status, document } = await admin.call<{ readonly error: { readonly param: string } }>(
    'POST',
    '/v1/chat/completions',
    { body, token: customer.apiKey, headers },
  );
  assert.deepEqual([status, document.error.param], [400, 'x-gateway-region']);
  assert.match((await explained({ model: 'gpt-4o', headers })).note ?? '', /region mars/);
});

test('gatewayctl explains a route as tables', async () => {
  const { stdout, code } = await gatewayctl(gateway(), [
    ...['routes', 'explain', '--model', 'gpt-4o', '--headers', 'x-team=red', '--prompt-tokens', '100'],
  ]);
  assert.equal(code, 0);
  assert.match(stdout, /^strategy +priority$/m);
  assert.match(stdout, /^LOOKED AT\nROUTE ID +MISMATCH\nblue +headers$/m);
  assert.match(stdout, /^CANDIDATES\nPROVIDER .*\nnear .*\nfar /m);
  const support = await gatewayctl(gateway(), ['models', 'support', 'gpt-4o']);
  assert.match(support.stdout, /near: gpt-4o(.|\n)*- the route blue does not apply by its headers/, support.stderr);
});
