import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import { JwtIssuerSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { type Scope, test } from '#testkit/test.ts';
import { API_KEY, aKey, aUser, model, someSettings, startTestGateway, type TestGateway, USER_ID } from '../testing.ts';
import { createMemoryNonces } from './nonces.ts';
import { AUDIENCE, signedHeaders, startTestIssuer, type ToSign } from './testing.ts';

const NOW_MS = Date.parse('2026-11-28T12:00:00Z');
const COMPLETION = JSON.stringify({ model: model.id, messages: [{ role: 'user', content: 'hi' }] });
const OTHER_KEY = `ak_${'o'.repeat(64)}`;

interface Told {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly apiKey?: string;
  readonly timestampS?: number;
  readonly nonce?: string;
  /** What is signed in place of what is sent. */
  readonly signed?: Partial<ToSign>;
  readonly headers?: Readonly<Record<string, string>>;
}

let nonces = 0;

/** Sends a request that is signed as the documentation says. */
async function send({ url }: TestGateway, told: Told = {}) {
  const { method = 'POST', path = '/v1/chat/completions', apiKey = API_KEY, timestampS = NOW_MS / 1_000 } = told;
  const body = told.body ?? (method === 'POST' ? COMPLETION : '');
  const nonce = told.nonce ?? `nonce-of-the-test-${nonces++}`;
  const signed = signedHeaders({ method, path, body, apiKey, timestampS, nonce, ...told.signed });
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      ...signed,
      ...told.headers,
    },
    ...(body === '' ? {} : { body }),
  });
  return { status: response.status, text: await response.text() };
}

async function given(context: Scope) {
  const state = { nowMs: NOW_MS };
  const gateway = await startTestGateway({ clock: () => state.nowMs });
  context.defer(() => gateway[Symbol.asyncDispose]());
  gateway.registry.load({ case: 'settings', value: someSettings({ signedRequests: true }) });
  gateway.registry.load({ case: 'user', value: aUser({ id: 'user-2' }) });
  gateway.registry.load({ case: 'key', value: aKey({ id: 'key-2', userId: 'user-2', apiKey: OTHER_KEY }) });
  return { gateway, state };
}

async function assertRefused(sent: Promise<{ status: number; text: string }>, message: RegExp): Promise<void> {
  const { status, text } = await sent;
  assert.equal(status, 401, text);
  assert.match(text, /"code":"invalid_api_key"/);
  assert.match(text, message);
}

test('a signed request is taken, with a body and without', async (context) => {
  const { gateway } = await given(context);
  assert.equal((await send(gateway)).status, 200);
  assert.equal((await send(gateway, { method: 'GET', path: '/v1/usage?from=2026-01-01' })).status, 200);
});

test('one that is not signed is refused, and told which header is missing', async (context) => {
  const { gateway } = await given(context);
  for (const name of ['timestamp', 'nonce', 'signature']) {
    for (const method of ['POST', 'GET']) {
      const path = method === 'GET' ? '/v1/models' : '/v1/chat/completions';
      const headers = { [`x-gateway-${name}`]: '' };
      await assertRefused(send(gateway, { method, path, headers }), new RegExp(`send x-gateway-${name}`));
    }
  }
  await assertRefused(send(gateway, { headers: { 'x-gateway-nonce': 'short' } }), /send x-gateway-nonce/);
  assert.deepEqual(gateway.admitted, []);
});

test('where the settings do not ask for it, nothing has to be signed', async (context) => {
  const { gateway } = await given(context);
  const headers = { 'x-gateway-signature': 'nonsense' };
  await assertRefused(send(gateway, { headers }), /send x-gateway-signature/);
  gateway.registry.load({ case: 'settings', value: someSettings({}) });
  assert.equal((await send(gateway, { headers })).status, 200);
});

test('a signature of another body, path, query, method or key does not fit', async (context) => {
  const { gateway } = await given(context);
  for (const signed of [
    { body: COMPLETION.replace('hi', 'ho') },
    { path: '/v1/chat/completions?a' },
    { method: 'PUT' },
    { apiKey: OTHER_KEY },
  ]) {
    await assertRefused(send(gateway, { signed }), /does not fit the request/);
  }
  const get = { method: 'GET', path: '/v1/usage?from=2026-01-01', signed: { path: '/v1/usage' } };
  await assertRefused(send(gateway, get), /does not fit the request/);
  assert.deepEqual(gateway.admitted, []);
});

test('a nonce is good once for a key, and a request that did not fit has not used it', async (context) => {
  const { gateway } = await given(context);
  const nonce = 'one-and-the-same-nonce';
  await assertRefused(send(gateway, { nonce, signed: { body: '' } }), /does not fit/);
  assert.equal((await send(gateway, { nonce })).status, 200);
  await assertRefused(send(gateway, { nonce }), /nonce was used before/);
  await assertRefused(send(gateway, { nonce, method: 'GET', path: '/v1/models' }), /nonce was used before/);
  assert.equal((await send(gateway, { nonce, apiKey: OTHER_KEY })).status, 200);
  const many = Array.from({ length: 8 }, () => send(gateway, { nonce: 'eight-times-the-same' }));
  const statuses = (await Promise.all(many)).map(({ status }) => status);
  assert.deepEqual(statuses.toSorted(), [200, ...Array<number>(7).fill(401)]);
});

test('where no nonce can be remembered any more, signed requests are refused until one can', async (context) => {
  const gateway = await startTestGateway({ clock: () => NOW_MS, nonces: createMemoryNonces({ noncesMax: 1 }) });
  context.defer(() => gateway[Symbol.asyncDispose]());
  gateway.registry.load({ case: 'settings', value: someSettings({ signedRequests: true }) });
  const nonce = 'the-one-that-has-room';
  assert.equal((await send(gateway, { nonce })).status, 200);
  const { status, text } = await send(gateway);
  assert.equal(status, 503);
  assert.match(text, /"code":"unavailable"/);
  await assertRefused(send(gateway, { nonce }), /nonce was used before/);
});

test('the time of a request may be off by five minutes, to either side', async (context) => {
  const { gateway, state } = await given(context);
  for (const offMs of [-300_000, 300_000]) {
    state.nowMs = NOW_MS + offMs;
    assert.equal((await send(gateway)).status, 200);
    state.nowMs += Math.sign(offMs);
    await assertRefused(send(gateway), /more than 300 s before or after/);
  }
});

test('the token of an identity provider signs nothing', async (context) => {
  const { gateway } = await given(context);
  const issuer = await startTestIssuer();
  context.defer(() => issuer[Symbol.asyncDispose]());
  const jwtIssuers = [create(JwtIssuerSchema, { issuer: issuer.url, audience: AUDIENCE })];
  gateway.registry.load({ case: 'settings', value: someSettings({ signedRequests: true, jwtIssuers }) });
  const token = await issuer.token({ sub: USER_ID, exp: NOW_MS / 1_000 + 600 });
  const response = await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(response.status, 200);
});
