import assert from 'node:assert/strict';
import type { RoutedModel } from '#contracts/router.ts';
import { plainPlan, plainRouting, type RouteRequest, type Routing } from '#contracts/routing.ts';
import { describe, test } from '#testkit/test.ts';
import { aKey, model, someSettings, startTestGateway, type TestGateway, USER_ID } from '../testing.ts';
import { post } from './testing.ts';

const candidate = (provider: string, place: object = {}) => ({
  ...{ provider, model: 'm', priceKey: 'openai/gpt-test' },
  ...place,
});

const policyFallbacks: RoutedModel = {
  ...{ ...model, id: 'main' },
  candidates: [
    candidate('one'),
    candidate('general', { stage: 1 }),
    candidate('longer', { stage: 2, standsInFor: 'context_window' }),
    candidate('laxer', { stage: 3, standsInFor: 'content_policy' }),
  ],
};
const spare: RoutedModel = {
  ...{ ...model, id: 'spare' },
  candidates: [candidate('one'), candidate('spare', { tier: 1 }), candidate('beyond', { stage: 1 })],
};
const other: RoutedModel = { ...model, id: 'other', candidates: [candidate('other')] };
const models = [policyFallbacks, spare, other];

const askFor = (gateway: TestGateway, name: string, headers: Record<string, string> = {}) =>
  post(gateway, JSON.stringify({ model: name, messages: [{ role: 'user', content: 'hi' }] }), { headers });

async function refusalOf(answer: Promise<Response>) {
  const response = await answer;
  const { error } = (await response.json()) as { error: { code: string; param: string | null; message: string } };
  return { status: response.status, ...error };
}

function placesOf(gateway: TestGateway) {
  return gateway.admitted
    .at(-1)
    ?.candidates.map(({ provider, stage = 0, standsInFor = '' }) => [
      ...[provider, stage],
      ...(standsInFor === '' ? [] : [standsInFor]),
    ]);
}

test('a model is found for the request: what it holds, asks for, and which session it is of', async () => {
  const requests: RouteRequest[] = [];
  const find = (_name: string, _caller: object, request: RouteRequest): RoutedModel => {
    requests.push(request);
    return model;
  };
  await using gateway = await startTestGateway({ find, clock: () => 1_700_000_000_000 });
  const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };
  const body = {
    model: 'gpt-test',
    messages: [{ role: 'user', content: [{ type: 'text', text: 'what is it?' }, image] }],
    tools: [{ type: 'function', function: { name: 'f' } }],
  };
  const headers = { 'x-team': 'blue', 'x-gateway-region': 'eu', 'x-gateway-session-id': 's-1' };
  assert.equal((await post(gateway, JSON.stringify(body), { headers })).status, 200);
  const [request] = requests;
  assert.partialDeepStrictEqual(request, {
    modalities: ['image'],
    capabilities: ['tools'],
    region: 'eu',
    shareKey: `${USER_ID}\ns-1`,
    nowMs: 1_700_000_000_000,
  });
  assert.equal(request?.headers['x-team'], 'blue');
  assert.ok(Number(request?.promptTokensBound) > Number(request?.promptTokensEstimate));
});

test('policy and client together make the plan, and the admission keeps it', async () => {
  const routing: Routing = {
    ...plainRouting,
    ...{ routeId: 'canary', strategy: 'weighted', strategySource: 'route', hedgeAfterMs: 300, attemptsMax: 5 },
    leftOut: [{ provider: 'far', model: 'm', reason: 'region' }],
    shadow: candidate('shadow'),
    mayBecomePaid: true,
  };
  await using gateway = await startTestGateway({ models: [{ ...model, routing }] });
  const plain = await askFor(gateway, 'gpt-test');
  assert.equal(plain.headers.get('x-gateway-route'), 'canary');
  const { hedgeAfterMs: _, timeoutMs: __, attemptsMax: ___, priority: ____, ...kept } = routing;
  assert.deepEqual(gateway.admitted[0]?.routing, { ...kept, hasOwnFallbacks: false });
  const promptTokensEstimate = gateway.admitted[0]?.promptTokensEstimate;
  const plan = { ...plainPlan, promptTokensEstimate };
  assert.deepEqual(gateway.completed[0]?.request.plan, {
    ...plan,
    ...{ routeId: 'canary', strategy: 'weighted', strategySource: 'route', hedgeAfterMs: 300, attemptsMax: 5 },
  });
  await askFor(gateway, 'gpt-test', {
    ...{ 'x-gateway-strategy': 'lowest_cost', 'x-gateway-timeout-ms': '2000', 'x-gateway-retries': '1' },
    'x-gateway-priority': 'low',
  });
  assert.deepEqual(gateway.completed[1]?.request.plan, {
    ...plan,
    ...{ routeId: 'canary', strategy: 'lowest_cost', strategySource: 'request', hedgeAfterMs: 300, attemptsMax: 2 },
    ...{ timeoutMs: 2_000, isTimeoutClients: true, priority: 'low' },
  });
  assert.partialDeepStrictEqual(gateway.admitted[1]?.routing, { strategy: 'lowest_cost', strategySource: 'request' });
});

test('a request without a route has no header of one, and a plain plan', async () => {
  await using gateway = await startTestGateway();
  const answer = await askFor(gateway, 'gpt-test');
  assert.equal(answer.headers.get('x-gateway-route'), null);
  const { promptTokensEstimate, ...plan } = gateway.completed[0]?.request.plan ?? plainPlan;
  assert.deepEqual({ ...plan, promptTokensEstimate: 0 }, plainPlan);
  assert.equal(promptTokensEstimate, gateway.admitted[0]?.promptTokensEstimate);
});

describe('fallbacks of the client', () => {
  test('take the place of general ones of policy, and leave those for one failure', async () => {
    await using gateway = await startTestGateway({ models });
    await askFor(gateway, 'main');
    assert.deepEqual(placesOf(gateway), [
      ['one', 0],
      ['general', 1],
      ['longer', 2, 'context_window'],
      ['laxer', 3, 'content_policy'],
    ]);
    await askFor(gateway, 'main', { 'x-gateway-fallbacks': 'spare, other' });
    // A deployment that comes before is no fallback, nor are the fallback's own.
    assert.deepEqual(placesOf(gateway), [
      ['one', 0],
      ['spare', 1],
      ['other', 2],
      ['longer', 4, 'context_window'],
      ['laxer', 5, 'content_policy'],
    ]);
    assert.equal(gateway.admitted.at(-1)?.routing?.hasOwnFallbacks, true);
  });

  test('have to be there, and be open to the key', async () => {
    await using gateway = await startTestGateway({ models });
    const unknown = await refusalOf(askFor(gateway, 'main', { 'x-gateway-fallbacks': 'spare,none' }));
    assert.deepEqual([unknown.status, unknown.code, unknown.param], [404, 'model_not_found', 'x-gateway-fallbacks']);
    assert.match(unknown.message, /`none`/);
    gateway.registry.load({ case: 'key', value: aKey({ allowedModels: ['main'] }) });
    const barred = await refusalOf(askFor(gateway, 'main', { 'x-gateway-fallbacks': 'spare' }));
    assert.deepEqual([barred.code, barred.param], ['model_not_allowed', 'x-gateway-fallbacks']);
    assert.equal(gateway.admitted.length, 0);
  });
});

test('what costs nothing and cannot serve a request is no reason to ask what costs something', async () => {
  const leftOut = [{ provider: 'free', model: 'm', reason: 'context' }];
  const routing: Routing = { ...plainRouting, leftOut, leftOutPriceKey: 'openai/free' };
  const free = { ...candidate('gift'), priceKey: 'openai/free' };
  const only = { ...model, id: 'only', candidates: [candidate('paid')], routing };
  const both = { ...model, id: 'both', candidates: [candidate('paid'), free], routing };
  const allowed = {
    ...model,
    id: 'allowed',
    candidates: [candidate('paid')],
    routing: { ...routing, mayBecomePaid: true },
  };
  await using gateway = await startTestGateway({
    models: [only, both, allowed, other],
    freePriceKey: 'openai/free',
  });
  const refused = await refusalOf(askFor(gateway, 'only'));
  assert.deepEqual([refused.status, refused.code, refused.param], [400, 'invalid_request', 'model']);
  assert.equal(gateway.admitted.length, 0);
  await askFor(gateway, 'both');
  assert.deepEqual(placesOf(gateway), [['gift', 0]]);
  await askFor(gateway, 'allowed');
  assert.deepEqual(placesOf(gateway), [['paid', 0]]);
  await askFor(gateway, 'only', { 'x-gateway-fallbacks': 'other' });
  assert.deepEqual(placesOf(gateway), [['other', 1]]);
});

test('nothing is asked where no provider is in the region', async () => {
  const routing: Routing = { ...plainRouting, leftOut: [{ provider: 'far', model: 'm', reason: 'region' }] };
  await using gateway = await startTestGateway({ models: [{ ...model, candidates: [], routing }] });
  const refused = await refusalOf(askFor(gateway, 'gpt-test', { 'x-gateway-region': 'eu' }));
  assert.deepEqual([refused.status, refused.code, refused.param], [400, 'invalid_request', 'x-gateway-region']);
  assert.match(refused.message, /no provider in the region 'eu'/);
  assert.equal((await refusalOf(askFor(gateway, 'gpt-test'))).code, 'model_not_found');
  assert.equal(gateway.admitted.length, 0);
});

test('what the settings leave to policy is refused by the name of its header', async () => {
  await using gateway = await startTestGateway();
  gateway.registry.load({ case: 'settings', value: someSettings({ refusedRequestOptions: ['strategy'] }) });
  const refused = await refusalOf(askFor(gateway, 'gpt-test', { 'x-gateway-strategy': 'random' }));
  assert.deepEqual([refused.status, refused.code, refused.param], [400, 'invalid_request', 'x-gateway-strategy']);
  assert.equal((await askFor(gateway, 'gpt-test', { 'x-gateway-region': 'eu' })).status, 200);
});
