import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { policy } from '#testkit/policy.ts';
import { test } from '#testkit/test.ts';
import { REST_MIN_MS } from './domain/breaker/breaker.ts';
import { createTestRouter, hostileProvider, testProvider, wholeAnswer } from './testing.ts';

function answer(response: ServerResponse): void {
  response.setHeader('content-type', 'application/json');
  response.end(wholeAnswer);
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ error: { message: 'no' } }));
}

const account = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  apiKeyRef: `env:${id.toUpperCase()}_KEY`,
  ...more,
});

/** A clock that a test moves on by hand. */
function handClock() {
  let nowMs = 1_000_000;
  const wait = (ms: number): void => {
    nowMs += ms;
  };
  return { clock: () => nowMs, wait };
}

test('an account whose key is refused is kept away from, and the provider answers by the other', async (t) => {
  const keys: string[] = [];
  const baseUrl = await hostileProvider(t, (response, request) => {
    const key = String(request.headers.authorization);
    keys.push(key);
    if (key === 'Bearer sk-bad') refuse(response, 401);
    else answer(response);
  });
  const p = testProvider('p', baseUrl, { apiKeyRef: '', accounts: [account('bad'), account('good')] as never });
  const { ask, router } = createTestRouter(t, {
    providers: [p],
    environment: { BAD_KEY: 'sk-bad', GOOD_KEY: 'sk-good' },
  });
  const { failure, usage } = await ask({ messages: [] });
  assert.equal(failure, undefined);
  assert.deepEqual(
    usage?.attempts.map((attempt) => [attempt.account, attempt.status]),
    [
      ['bad', 401],
      ['good', 200],
    ],
  );
  keys.length = 0;
  await ask({ messages: [] });
  assert.deepEqual(keys, ['Bearer sk-good']);
  const [health] = router.providerHealth();
  assert.deepEqual([health?.state, health?.isHealthy], ['closed', true]);
  const states = health?.deployments.map((each) => [each.account, each.state]);
  assert.deepEqual(states, [
    ['bad', 'open'],
    ['good', 'closed'],
  ]);
  assert.match(
    health?.reason ?? '',
    /^1 of 2 ways to its models are kept away from: m: the provider refuses the key; /,
  );
});

test('a model that a key may not have is kept away from, and the account answers for its others', async (t) => {
  const asked: string[] = [];
  const baseUrl = await hostileProvider(t, (response, _request, body) => {
    const { model } = JSON.parse(String(body));
    asked.push(model);
    if (model === 'barred') refuse(response, 403);
    else answer(response);
  });
  const { ask, router } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const candidates = [{ provider: 'p', model: 'barred', priceKey: 'openai/m', priceVersion: 1 }];
  assert.equal((await ask({ messages: [] }, { request: { candidates } })).failure?.code, 'upstream_unauthorized');
  await ask({ messages: [] });
  assert.deepEqual(asked, ['barred', 'm']);
  const [health] = router.providerHealth();
  assert.deepEqual(
    health?.deployments.map((each) => [each.model, each.state]),
    [
      ['barred', 'open'],
      ['m', 'closed'],
    ],
  );
});

test('a provider is open with the accounts that have a key, and says which has none', async (t) => {
  const baseUrl = await hostileProvider(t, answer);
  const p = testProvider('p', baseUrl, { apiKeyRef: '', accounts: [account('none'), account('good')] as never });
  const { ask, router } = createTestRouter(t, { providers: [p], environment: { GOOD_KEY: 'sk-good' } });
  const { usage } = await ask({ messages: [] });
  assert.deepEqual(
    usage?.attempts.map((attempt) => attempt.account),
    ['good'],
  );
  assert.match(router.providerHealth()[0]?.reason ?? '', /^1 of 2 accounts cannot be used: NONE_KEY is not set/);
});

test('a breaker opens, lets one call through after the rest, and closes by its success', async (t) => {
  let isBroken = true;
  let held: (() => void) | undefined;
  let calls = 0;
  const flaky = await hostileProvider(t, (response) => {
    calls += 1;
    if (isBroken) refuse(response, 500);
    else held = () => answer(response);
  });
  const sound = await hostileProvider(t, answer);
  const { clock, wait } = handClock();
  const { ask, router } = createTestRouter(t, {
    providers: [testProvider('a', flaky), testProvider('b', sound)],
    clock,
  });
  for (let i = 0; i < 5; i += 1) await ask({ messages: [] });
  assert.equal(router.providerHealth()[0]?.state, 'open');
  calls = 0;
  await ask({ messages: [] });
  assert.equal(calls, 0, 'the rest is not over');
  wait(REST_MIN_MS);
  isBroken = false;
  const probing = ask({ messages: [] });
  while (held === undefined) await pause(5);
  assert.equal(router.providerHealth()[0]?.state, 'half_open');
  const besides = await Promise.all([1, 2, 3].map(() => ask({ messages: [] })));
  assert.deepEqual(
    besides.map(({ usage }) => usage?.provider),
    ['b', 'b', 'b'],
  );
  assert.equal(calls, 1, 'one call is let through');
  held();
  assert.equal((await probing).usage?.provider, 'a');
  assert.deepEqual(router.providerHealth()[0]?.state, 'closed');
});

test('the last way to a model is tried although its breaker is open, and the first success closes it', async (t) => {
  let isBroken = true;
  const baseUrl = await hostileProvider(t, (response) => (isBroken ? refuse(response, 500) : answer(response)));
  const { ask, router } = createTestRouter(t, { providers: [testProvider('p', baseUrl)], clock: handClock().clock });
  while (router.providerHealth()[0]?.state !== 'open') assert.ok((await ask({ messages: [] })).failure);
  isBroken = false;
  assert.equal((await ask({ messages: [] })).failure, undefined);
  assert.equal(router.providerHealth()[0]?.state, 'closed');
});

test('a provider that limits the rate is left alone for as long as it asks, and is no failure', async (t) => {
  let calls = 0;
  const limiting = await hostileProvider(t, (response) => {
    calls += 1;
    if (calls === 1) refuse(response, 429, { 'retry-after': '20' });
    else answer(response);
  });
  const sound = await hostileProvider(t, answer);
  const { clock, wait } = handClock();
  const { ask, router } = createTestRouter(t, {
    providers: [testProvider('a', limiting), testProvider('b', sound)],
    clock,
  });
  const providers = async () => (await ask({ messages: [] })).usage?.provider;
  assert.equal(await providers(), 'b');
  wait(19_999);
  assert.equal(await providers(), 'b');
  assert.match(router.providerHealth()[0]?.reason ?? '', /asks to be left alone until 1970-01-01T00:17:00\.000Z/);
  wait(1);
  assert.equal(await providers(), 'a');
});

test('a provider that is drained gets no new calls, its running call ends, and it comes back', async (t) => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<ServerResponse>();
  const baseUrl = await hostileProvider(t, (response, _request, _body, call) => {
    if (call === 1) begin(response);
    else answer(response);
  });
  const p = testProvider('p', baseUrl);
  const { ask, router, registry } = createTestRouter(t, { providers: [p] });
  const running = ask({ messages: [] });
  const response = await begun;
  registry.load(policy.provider({ ...p.resource.value, status: 'draining' }));
  const [draining] = router.providerHealth();
  assert.deepEqual([draining?.state, draining?.inFlight], ['draining', 1]);
  assert.equal((await ask({ messages: [] })).failure?.code, 'unavailable');
  answer(response);
  assert.equal((await running).failure, undefined);
  assert.equal(router.providerHealth()[0]?.inFlight, 0);
  registry.load(policy.provider({ ...p.resource.value, status: 'active' }));
  assert.equal((await ask({ messages: [] })).failure, undefined);
});

test('calls beyond the places of a provider wait, and users take turns', async (t) => {
  const held: ServerResponse[] = [];
  const order: string[] = [];
  const baseUrl = await hostileProvider(t, (response, _request, body) => {
    order.push(JSON.parse(body).user);
    held.push(response);
  });
  const { ask, router } = createTestRouter(t, {
    providers: [testProvider('p', baseUrl, { concurrencyMax: 1, queueMax: 10, queueTimeoutMs: 600_000 })],
  });
  const asked: Promise<unknown>[] = [];
  for (const [index, userId] of ['u', 'u', 'u', 'v'].entries()) {
    asked.push(ask({ user: `${userId}${index}`, messages: [] }, { request: { userId } }));
    while (held.length + (router.providerHealth()[0]?.waiting ?? 0) < index + 1) {
      await pause(5);
    }
  }
  const [busy] = router.providerHealth();
  assert.deepEqual([busy?.inFlight, busy?.waiting], [1, 3]);
  for (let ended = 0; ended < 4; ended += 1) {
    while (held.length <= ended) await pause(5);
    assert.equal(held.length, ended + 1, 'one call at a time');
    const response = held[ended];
    if (response) answer(response);
  }
  await Promise.all(asked);
  assert.deepEqual(order, ['u0', 'u1', 'v3', 'u2']);
  const [idle] = router.providerHealth();
  assert.deepEqual([idle?.inFlight, idle?.waiting], [0, 0]);
});

test('a request that finds no place in time is told so, and nothing is sent', async (t) => {
  const baseUrl = await hostileProvider(t, () => undefined);
  const { ask, router } = createTestRouter(t, {
    providers: [testProvider('p', baseUrl, { concurrencyMax: 1, queueMax: 1, queueTimeoutMs: 50 })],
    closeMaxMs: 1,
  });
  const running = ask({ messages: [] });
  while (router.providerHealth()[0]?.inFlight !== 1) await pause(5);
  const late = await ask({ messages: [] });
  assert.equal(late.failure?.code, 'unavailable');
  assert.deepEqual(late.usage?.attempts, []);
  await router.close();
  await running;
});

test('a probe finds out that an idle provider is back, by the list of its models and without a request', async (t) => {
  const asked: string[] = [];
  const baseUrl = await hostileProvider(t, (response, request) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.method === 'GET') response.end('{"object":"list","data":[]}');
    else response.destroy();
  });
  const gone = testProvider('p', 'http://127.0.0.1:1/v1', { probeIntervalSeconds: 1 });
  const { ask, router, registry } = createTestRouter(t, { providers: [gone] });
  while (router.providerHealth()[0]?.state !== 'open') assert.ok((await ask({ messages: [] })).failure);
  assert.match(router.providerHealth()[0]?.reason ?? '', /failures in a row: connection/);
  while (router.providerHealth()[0]?.probedAtMs === 0) await pause(20);
  assert.notEqual(router.providerHealth()[0]?.state, 'closed', 'a probe that fails does not close a breaker');
  registry.load(policy.provider({ ...gone.resource.value, baseUrl }));
  while (router.providerHealth()[0]?.probedAtMs === 0) await pause(20);
  assert.deepEqual([...new Set(asked)], ['GET /v1/models']);
});

test('a good probe closes the breaker that probes have opened', async (t) => {
  let isBroken = true;
  const baseUrl = await hostileProvider(t, (response) => (isBroken ? refuse(response, 500) : response.end('{}')));
  const p = testProvider('p', baseUrl, { probeIntervalSeconds: 1 });
  const { router } = createTestRouter(t, { providers: [p] });
  while (router.providerHealth()[0]?.state !== 'open') await pause(20);
  isBroken = false;
  while (router.providerHealth()[0]?.state !== 'closed') await pause(20);
});

test('a probe by a completion asks for one token, which the house pays', async (t) => {
  const bodies: string[] = [];
  const baseUrl = await hostileProvider(t, (response, _request, body) => {
    bodies.push(body);
    answer(response);
  });
  const p = testProvider('p', baseUrl, { probeIntervalSeconds: 1, probe: 'completion' });
  const { router, lost } = createTestRouter(t, { providers: [p] });
  while (router.providerHealth()[0]?.probedAtMs === 0) await pause(20);
  assert.equal(JSON.parse(bodies[0] ?? '{}').max_completion_tokens, 1);
  assert.deepEqual(lost.slice(0, 2), ['p input 7', 'p output 2']);
});
