import assert from 'node:assert/strict';
import { type Scope, test } from '#testkit/test.ts';
import { createTestRouter, testProvider } from '../../testing.ts';
import { ask, endOf, httpProvider } from '../testing.ts';
import { httpServer, isSigned, spokenAs } from './testing.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const keys = `AKIAIOSFODNN7EXAMPLE:${SECRET}`;
const region = 'eu-central-1';

/** A server that looks at signatures. */
async function world(t: Scope, secret = SECRET) {
  const got: { url: string; isSigned: boolean; authorization: string; token: unknown }[] = [];
  const origin = await httpServer(t, (response, request, body) => {
    const { url = '', headers } = request;
    const { authorization = '' } = headers;
    got.push({ url, authorization, isSigned: isSigned(request, body, secret), token: headers['x-amz-security-token'] });
    response.writeHead(isSigned(request, body, secret) ? 200 : 403, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: 'Signature expired: 20261128T120000Z is now earlier than others' }));
  });
  return { got, origin };
}

test('what arrives is signed as it arrives: models in the path, a query of the address, headers of the provider', async (t) => {
  const { got, origin } = await world(t);
  const spoken = spokenAs('bedrock-anthropic', `${origin}?b=2&a=1`);
  const headers = { 'x-amzn-bedrock-guardrailidentifier': 'g1  g2', 'x-own': 'not signed' };
  const provider = httpProvider(t, origin, { apiKey: keys, spoken: { ...spoken, query: 'a=1&b=2' }, region, headers });
  const model = encodeURIComponent('arn:aws:bedrock:eu-central-1:1:application-inference-profile/a(b)*');
  for (const path of [`/model/${model}/invoke`, '/model/us.anthropic.claude-opus-5-v1%3A0/invoke']) {
    const ended = await endOf(ask(provider, path));
    assert.equal(ended.head?.status, 200, path);
  }
  assert.match(
    got[0]?.authorization ?? '',
    /\/eu-central-1\/bedrock\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amzn-/,
  );
});

test('the token of a session goes along, and a bearer token goes as it is', async (t) => {
  const { got, origin } = await world(t);
  const spoken = spokenAs('bedrock-anthropic', origin);
  const session = 'AQoDYXdzEPT//////////wEXAMPLE==';
  await endOf(ask(httpProvider(t, origin, { apiKey: `${keys}:${session}`, spoken, region })));
  await endOf(ask(httpProvider(t, origin, { apiKey: 'ABSK-bedrock-key', spoken })));
  assert.deepEqual([got[0]?.isSigned, got[0]?.token], [true, session]);
  assert.deepEqual([got[1]?.authorization, got[1]?.token], ['Bearer ABSK-bedrock-key', undefined]);
});

test('signatures have the time of the gateway’s clock', async (t) => {
  const { got, origin } = await world(t);
  const clock = (): number => Date.parse('2031-02-03T04:05:06Z');
  const provider = httpProvider(t, origin, {
    apiKey: keys,
    spoken: spokenAs('bedrock-anthropic', origin),
    region,
    clock,
  });
  await endOf(ask(provider));
  assert.match(got[0]?.authorization ?? '', /\/20310203\/eu-central-1\//);
});

test('a provider whose address and region tell no region is down, and says what to set', async (t) => {
  const { origin } = await world(t);
  const provider = testProvider('p', origin, { preset: 'bedrock-anthropic', kind: 'anthropic', apiKey: keys });
  const { router } = createTestRouter(t, { providers: [provider] });
  const [health] = await router.currentHealth();
  assert.match(health?.reason ?? '', /its base_url names no region of AWS.*set its region/);
});

test('a refused signature is the key’s failure, with AWS’ words for the operator and none for the client', async (t) => {
  const { origin } = await world(t, 'another secret');
  const provider = testProvider('p', origin, { preset: 'bedrock-anthropic', kind: 'anthropic', apiKey: keys, region });
  const { router, ask: askRouter } = createTestRouter(t, { providers: [provider] });
  const { failure, text } = await askRouter({ messages: [{ role: 'user', content: 'Hi' }] });
  assert.equal(failure?.code, 'upstream_unauthorized');
  assert.ok(!text.includes('Signature'));
  const { isOk, message } = await router.testProvider({ providerId: 'p', model: 'm' });
  assert.equal(isOk, false);
  assert.match(message, /HTTP 403.*Signature expired/);
});

test('a text that tells the secret, or the token of the session, is known', async (t) => {
  const { origin } = await world(t);
  const spoken = spokenAs('bedrock-anthropic', origin);
  const provider = httpProvider(t, origin, { apiKey: `${keys}:a-token-of-a-session`, spoken, region });
  for (const text of [`no: ${SECRET}`, 'x-amz-security-token:a-token-of-a-session', keys]) {
    assert.ok(provider.tellsSecret(`{"message":"${text}"}`), text);
    assert.ok(provider.tellsSecret(Buffer.from(text)));
  }
  assert.equal(provider.tellsSecret('AKIAIOSFODNN7EXAMPLE'), false);
});
