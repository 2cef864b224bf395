import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { create } from '@bufbuild/protobuf';
import { ProviderAccountSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { plainPlan, type RoutingPlan } from '#contracts/routing.ts';
import { test } from '#testkit/test.ts';
import {
  contentEvent,
  createTestRouter,
  doneEvent,
  finishEvent,
  hostileProvider,
  type TestRouter,
  testProvider,
  usageEvent,
  wholeAnswer,
} from './testing.ts';

const messages = [{ role: 'user', content: 'Hi' }];

const answer = (response: ServerResponse, headers: Readonly<Record<string, string>> = {}) =>
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(wholeAnswer);

const accountsOf = (weights: Readonly<Record<string, number>>, more: { readonly requestsPerMinute?: number } = {}) =>
  Object.entries(weights).map(([id, weight]) =>
    create(ProviderAccountSchema, { id, weight, status: 'active', ...more }),
  );

async function lastAttempt({ ask }: Pick<TestRouter, 'ask'>, plan: Partial<RoutingPlan>) {
  const asked = await ask({ messages }, { request: { plan: { ...plainPlan, ...plan } } });
  assert.equal(asked.failure, undefined);
  const attempt = asked.usage?.attempts.at(-1);
  assert.ok(attempt !== undefined);
  return attempt;
}

test('requests are spread over the accounts of a provider by weight, and the log says why', async (t) => {
  const url = await hostileProvider(t, (response) => answer(response));
  const router = createTestRouter(t, {
    providers: [testProvider('p', url, { accounts: accountsOf({ a: 5, b: 3, c: 2 }) })],
  });
  const counts: Record<string, number> = {};
  for (let request = 0; request < 30; request += 1) {
    const { account = '', reason } = await lastAttempt(router, { strategy: 'weighted' });
    counts[account] = (counts[account] ?? 0) + 1;
    assert.equal(reason, `weighted: weight ${{ a: 5, b: 3, c: 2 }[account]}, 1 of 3`);
  }
  assert.deepEqual(counts, { a: 15, b: 9, c: 6 });
});

test('a provider that tells of an exhausted rate limit is left alone until the limit starts anew', async (t) => {
  let nowMs = Date.now();
  const exhausted = await hostileProvider(t, (response) =>
    answer(response, {
      'x-ratelimit-limit-requests': '100',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '20s',
    }),
  );
  const ample = await hostileProvider(t, (response) => answer(response));
  const router = createTestRouter(t, {
    providers: [testProvider('exhausted', exhausted), testProvider('ample', ample)],
    clock: () => nowMs,
  });
  assert.equal((await lastAttempt(router, {})).provider, 'exhausted');
  for (const strategy of ['priority', 'rate_headroom', 'random'] as const) {
    for (let request = 0; request < 3; request += 1) {
      assert.equal((await lastAttempt(router, { strategy })).provider, 'ample');
    }
  }
  const [health] = router.router.providerHealth();
  assert.equal(health?.deployments[0]?.headroomBasisPoints, 0);
  nowMs += 20_000;
  assert.equal((await lastAttempt(router, {})).provider, 'exhausted');
});

test('an account is not asked beyond its own requests a minute while another can be', async (t) => {
  const url = await hostileProvider(t, (response) => answer(response));
  const router = createTestRouter(t, {
    providers: [
      testProvider('p', url, {
        accounts: [...accountsOf({ small: 1 }, { requestsPerMinute: 3 }), ...accountsOf({ large: 1 })],
      }),
    ],
    clock: () => 1_750_000_000_000,
  });
  const used: (string | undefined)[] = [];
  for (let request = 0; request < 20; request += 1) used.push((await lastAttempt(router, {})).account);
  assert.deepEqual(used.slice(0, 4), ['small', 'small', 'small', 'large']);
  assert.equal(used.filter((account) => account === 'small').length, 3);
});

test('a request goes where the fewest calls are in flight', async (t) => {
  const held: ServerResponse[] = [];
  const begin = (response: ServerResponse, _request: IncomingMessage, body: string) => {
    if (!body.includes('"stream":true')) {
      answer(response);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(contentEvent('Hello'));
    held.push(response);
  };
  const url = await hostileProvider(t, begin);
  const router = createTestRouter(t, { providers: [testProvider('p', url, { accounts: accountsOf({ a: 1, b: 1 }) })] });
  const plan: RoutingPlan = { ...plainPlan, strategy: 'least_connections' };
  const begun = Promise.withResolvers<void>();
  const onFrame = ({ kind }: { readonly kind: string }) => {
    if (kind === 'data') begun.resolve();
  };
  const stream = router.ask({ messages, stream: true }, { onFrame, request: { plan: { ...plainPlan } } });
  await begun.promise;
  for (let request = 0; request < 5; request += 1) {
    const { account, reason } = await lastAttempt(router, plan);
    assert.deepEqual([account, reason], ['b', 'least_connections: 0 in flight, 1 of 2']);
  }
  for (const response of held) response.end(finishEvent + usageEvent + doneEvent);
  assert.equal((await stream).usage?.attempts[0]?.account, 'a');
});

test('what is explained is what is done next', async (t) => {
  const url = await hostileProvider(t, (response) => answer(response));
  const router = createTestRouter(t, {
    providers: [testProvider('p', url, { accounts: accountsOf({ a: 1, b: 1, c: 1 }) })],
  });
  const plan: RoutingPlan = { ...plainPlan, strategy: 'round_robin' };
  const candidates = [{ provider: 'p', model: 'm', priceKey: 'openai/m', priceVersion: 1 }];
  for (let request = 0; request < 6; request += 1) {
    const [next] = await router.router.explainChoice({ candidates, plan, requestId: 'r' });
    assert.equal((await lastAttempt(router, plan)).account, next?.account);
  }
});
