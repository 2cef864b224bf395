import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { JwtIssuerSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { type AnyResource, emptyResource, type ResourceOf } from '#registry/kinds.ts';
import { SINGLE_ID } from '#registry/registry.ts';
import { afterAll, beforeAll, test } from '#testkit/test.ts';
import { AUDIENCE, signedHeaders, startTestIssuer } from '../../services/ingress/src/access/testing.ts';
import type { UserDocument } from './support/admin-api.ts';
import type { Customer } from './support/installation.ts';
import { startTwoIngresses, type TwoIngresses } from './support/two-ingresses.ts';
import { until } from './support/until.ts';

const CHANGES = 10;

/** From a change's commit until every ingress acts on it; half of the changes have to keep to it on a machine that is busy. */
const FELT_WITHIN_MS = 100;

const POLL_MS = 5;
const MODEL = 'gpt-4o-mini';
const COMPLETION = JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'hi' }] });

let gateway: TwoIngresses;
let customer: Customer;
beforeAll(async () => {
  gateway = await startTwoIngresses();
  customer = await gateway.customer();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const key = (told: Partial<ResourceOf<'key'>> = {}): AnyResource<'key'> => {
  const { keyId, userId, apiKey } = customer;
  const keyHash = gateway.hashKey(apiKey);
  return { case: 'key', value: { ...emptyResource('key', keyId), userId, status: 'active', keyHash, ...told } };
};
const user = (told: Partial<ResourceOf<'user'>> = {}): AnyResource<'user'> => ({
  case: 'user',
  value: { ...emptyResource('user', customer.userId), status: 'active', ...told },
});
const settings = (told: Partial<ResourceOf<'settings'>> = {}): AnyResource<'settings'> => ({
  case: 'settings',
  value: { ...emptyResource('settings', SINGLE_ID), ...told },
});

async function ask(
  url: string,
  { secret = customer.apiKey, path = '/v1/models', body = '', headers = {} } = {},
): Promise<number> {
  const response = await fetch(`${url}${path}`, {
    method: body === '' ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...headers },
    ...(body === '' ? {} : { body }),
  });
  await response.arrayBuffer();
  return response.status;
}

const complete = (url: string, secret?: string): Promise<number> =>
  ask(url, { path: '/v1/chat/completions', body: COMPLETION, ...(secret === undefined ? {} : { secret }) });

/** Until each ingress answers so; how long the slowest took. */
async function untilFelt(status: number, askOne: (url: string) => Promise<number> = ask): Promise<number> {
  const committedAtMs = performance.now();
  await Promise.all(
    gateway.urls.map(async (url) => {
      // With a pause, so that it is not the asking that keeps the ingress from the event.
      while ((await askOne(url)) !== status) await pause(POLL_MS);
    }),
  );
  return performance.now() - committedAtMs;
}

test('a key that is paused or resumed is so at each ingress within 100 ms of the commit', async () => {
  await untilFelt(200);
  const tookMs: number[] = [];
  for (let change = 0; change < CHANGES; change += 1) {
    const isPause = change % 2 === 0;
    await gateway.set(key({ status: isPause ? 'paused' : 'active' }));
    tookMs.push(await untilFelt(isPause ? 401 : 200));
  }
  const median = tookMs.toSorted((a, b) => a - b)[CHANGES / 2] ?? Number.NaN;
  assert.equal(gateway.urls.length, 2);
  assert.ok(median < FELT_WITHIN_MS, `felt after ${tookMs.map((ms) => Math.round(ms)).join(', ')} ms`);
});

test('a narrower permission and a suspension hold at each ingress, and so does their end', async () => {
  await gateway.set(key());
  await untilFelt(200, complete);
  for (const [change, status] of [
    [key({ allowedModels: ['claude-*'] }), 403],
    [key({ allowedModels: ['gpt-*'] }), 200],
    [key({ allowedProviders: ['sim-anthropic'] }), 403],
    [key({ allowedAddresses: ['10.0.0.0/8'] }), 403],
    [key(), 200],
    [user({ status: 'suspended' }), 401],
    [user(), 200],
  ] as const) {
    await gateway.set(change);
    await untilFelt(status, complete);
  }
});

test('a signed request is taken once by all ingresses together', async () => {
  const { apiKey } = customer;
  await gateway.set(settings({ signedRequests: true }));
  await untilFelt(401);
  const signed = (nonce: string) => ({
    headers: signedHeaders({
      apiKey,
      method: 'GET',
      path: '/v1/models',
      body: '',
      timestampS: Math.floor(Date.now() / 1_000),
      nonce,
    }),
  });
  for (let times = 0; times < 5; times += 1) {
    const request = signed(`a-nonce-for-all-of-them-${times}`);
    const statuses = await Promise.all(gateway.urls.map((url) => ask(url, request)));
    assert.deepEqual(statuses.toSorted(), [200, 401]);
  }
  await gateway.set(settings());
  await untilFelt(200);
});

test('the token of a trusted issuer runs a request on its user, without a key; the use of a key is known to the minute', async () => {
  await using issuer = await startTestIssuer();
  await gateway.set(settings({ jwtIssuers: [create(JwtIssuerSchema, { issuer: issuer.url, audience: AUDIENCE })] }));
  const token = await issuer.token({ sub: customer.userId });
  const before = (await customer.balance()).charged;
  await untilFelt(200, (url) => ask(url, { secret: token }));
  for (const url of gateway.urls) assert.equal(await complete(url, token), 200);
  await until('both requests to be charged', async () => (await customer.balance()).charged > before || undefined);

  const path = `/admin/api-keys/${customer.keyId}`;
  const fromMinute = new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString();
  assert.equal(await complete(gateway.urls[0] ?? ''), 200);
  await until('the use of the key to be shown', async () => {
    const { document } = await gateway.admin.call<{ last_used_at: string }>('GET', path);
    return document.last_used_at >= fromMinute || undefined;
  });
});

test('the token of a user in no team runs for the team that its claim names: the team pays, and its limits hold', async () => {
  await using issuer = await startTestIssuer();
  const { userId, balance } = await gateway.customer({ creditUsd: '' });
  const made = async (path: string, body: object): Promise<string> => {
    const { status, document } = await gateway.admin.call<{ id: string }>('POST', path, { body });
    assert.ok(status < 300, `${path}: ${status}`);
    return document.id;
  };
  const [teamId, otherId] = [
    await made('/admin/teams', { name: 'Paying' }),
    await made('/admin/teams', { name: 'Poor' }),
  ];
  await made(`/admin/teams/${teamId}/balance`, { amount_usd: '5', reason: 'budget' });
  const trusted = create(JwtIssuerSchema, { issuer: issuer.url, audience: AUDIENCE, teamClaim: 'team' });
  await gateway.set(settings({ jwtIssuers: [trusted] }));
  const token = (team?: string) => issuer.token({ sub: userId, team });
  const [paid, poor] = [await token(teamId), await token(otherId)];
  await untilFelt(200, (url) => ask(url, { secret: paid }));

  for (const url of gateway.urls) assert.equal(await complete(url, paid), 200);
  assert.equal(await complete(gateway.urls[0] ?? '', poor), 402);
  for (const wrong of [await token('no-such-team'), await token()]) {
    assert.equal(await complete(gateway.urls[0] ?? '', wrong), 401);
  }
  await until('both requests to be charged to the team', async () => {
    const { document } = await gateway.admin.call<Pick<UserDocument, 'balance'>>('GET', `/admin/teams/${teamId}`);
    const { charged_nano_usd, held_nano_usd } = document.balance;
    return (held_nano_usd === '0' && BigInt(charged_nano_usd) > 0n) || undefined;
  });
  assert.equal((await balance()).charged, 0n);

  const limit = { subject: { kind: 'team', id: teamId }, unit: 'requests', period: 'month', amount: '2' };
  assert.ok((await gateway.admin.call('PUT', '/admin/limits/of-a-team', { body: limit })).status < 300);
  await untilFelt(429, (url) => complete(url, paid));
});
