import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createTestRouter, hostileProvider, testProvider, wholeAnswer } from '../testing.ts';

test('a test asks for one token with the key of the provider, charges nobody, and counts it as the loss of the house', async (t) => {
  const asked: { body: Record<string, unknown>; authorization: string | undefined }[] = [];
  const baseUrl = await hostileProvider(t, (response, request, body) => {
    asked.push({ body: JSON.parse(body), authorization: request.headers.authorization });
    response.end(wholeAnswer);
  });
  const { router, journal, lost } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
  const tested = await router.testProvider({ providerId: 'p', model: '' });
  assert.deepEqual({ ...tested, durationMs: 0 }, { isOk: true, model: 'm', status: 200, durationMs: 0, message: '' });
  assert.equal(asked[0]?.body['max_completion_tokens'], 1);
  assert.equal(asked[0]?.authorization, 'Bearer sk-secret');
  assert.equal(await journal.head(), 0, 'nothing is on record');
  assert.deepEqual(lost, ['p input 7', 'p output 2']);
});

test('without a model the cheapest that has a price is asked', async (t) => {
  const baseUrl = await hostileProvider(t, (response) => response.end(wholeAnswer));
  const models = ['nobody-knows-its-price', 'gpt-4o', 'gpt-4o-mini'];
  const { router } = createTestRouter(t, { providers: [testProvider('p', baseUrl, { models })] });
  assert.equal((await router.testProvider({ providerId: 'p', model: '' })).model, 'gpt-4o-mini');
});

test('an answer that is a no says what to do, in words that never hold the key', async (t) => {
  const error = (message: string) => JSON.stringify({ error: { message, type: 'invalid_request_error' } });
  for (const [status, document, message] of [
    [401, error('Incorrect API key.'), /HTTP 401\. .*api_key_ref.* It says: Incorrect API key\./],
    [401, error('Incorrect API key: sk-secret'), /HTTP 401\. The provider refuses the key: .*api_key\)\.$/],
    [402, '', /top it up/],
    [404, '<html>', /base_url/],
    [429, error('Slow down.'), /Slow down/],
    [503, '', /status page/],
    [302, '', /put that address/],
    [200, 'hello', /cannot be read/],
  ] as const) {
    const baseUrl = await hostileProvider(t, (response) => {
      response.statusCode = status;
      response.end(document);
    });
    const { router } = createTestRouter(t, { providers: [testProvider('p', baseUrl)] });
    const tested = await router.testProvider({ providerId: 'p', model: 'm' });
    assert.equal(tested.isOk, false);
    assert.equal(tested.status, status);
    assert.match(tested.message, message);
    assert.ok(!tested.message.includes('sk-secret'));
  }
});

test('a provider that cannot be reached, is down, is disabled or is none says so', async (t) => {
  const { router } = createTestRouter(t, {
    providers: [
      testProvider('nobody', 'http://127.0.0.1:1/v1'),
      testProvider('nowhere', 'http://name.invalid/v1'),
      testProvider('keyless', 'http://127.0.0.1:1/v1', { apiKeyRef: 'env:UNSET_KEY' }),
      testProvider('thief', 'http://127.0.0.1:1/v1', { apiKeyRef: 'env:GATEWAY_ADMIN_TOKEN' }),
      testProvider('off', 'http://127.0.0.1:1/v1', { status: 'disabled' }),
    ],
  });
  const messageOf = async (providerId: string) => (await router.testProvider({ providerId, model: '' })).message;
  assert.match(await messageOf('nobody'), /ECONNREFUSED/);
  assert.match(await messageOf('nowhere'), /DNS/);
  assert.match(await messageOf('keyless'), /UNSET_KEY is not set/);
  assert.match(await messageOf('thief'), /api_key_ref is not allowed: GATEWAY_ADMIN_TOKEN/);
  assert.match(await messageOf('off'), /disabled/);
  await assert.rejects(messageOf('none'), { code: 'not_found' });
});
