import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { API_KEY, aKey, model, startTestGateway, type TestGateway } from '../testing.ts';
import { COST_ESTIMATE_PATH } from './cost-estimate.ts';
import { modelEndpoints } from './model-endpoints.ts';
import { assertErrorOf, questions } from './testing.ts';

const chat = { endpoint: '/v1/chat/completions', ...questions['openai-chat'] };

function ask(gateway: TestGateway, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${gateway.url}${COST_ESTIMATE_PATH}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

describe(`POST ${COST_ESTIMATE_PATH}`, () => {
  for (const { path, format } of modelEndpoints) {
    test(`prices a request of ${path} by its endpoint or its format, and admits nothing`, async () => {
      await using gateway = await startTestGateway();
      for (const where of [{ endpoint: path }, { format: format.name }]) {
        const response = await ask(gateway, { ...where, ...questions[format.name] });
        assert.equal(response.status, 200, await response.clone().text());
        assert.partialDeepStrictEqual(await response.json(), {
          model: model.id,
          endpoint: path,
          format: format.name,
          provider: 'simulator',
          price_key: 'openai/gpt-test',
          price_version: 3,
          currency: 'USD',
          estimate_usd: '0.000000225',
          bound_usd: '1.500000001',
          output_tokens_bound: 100,
          multiplier: '1.5',
          lines: [{ unit: 'input', price_usd_per_million: '0.15' }],
        });
      }
      assert.deepEqual([gateway.admitted, gateway.completed], [[], []]);
    });
  }

  test('prices requests of Google’s calls, by their paths or by their formats', async () => {
    await using gateway = await startTestGateway();
    const vectors = questions['gemini-embeddings'];
    const at = (call: string) => `/v1beta/models/${model.id}:${call}`;
    for (const [body, endpoint, format] of [
      [{ endpoint: at('generateContent'), ...questions['gemini-generate'] }, at('generateContent'), 'gemini-generate'],
      [
        { format: 'gemini-generate', model: model.id, ...questions['gemini-generate'] },
        at('generateContent'),
        'gemini-generate',
      ],
      [{ endpoint: at('embedContent'), ...vectors }, at('embedContent'), 'gemini-embeddings'],
      [
        { endpoint: `${at('batchEmbedContents')}?key=x`, requests: [vectors] },
        at('batchEmbedContents'),
        'gemini-embeddings',
      ],
      [{ format: 'gemini-embeddings', model: model.id, ...vectors }, at('embedContent'), 'gemini-embeddings'],
    ] as const) {
      const response = await ask(gateway, body);
      assert.equal(response.status, 200, await response.clone().text());
      assert.partialDeepStrictEqual(await response.json(), { model: model.id, endpoint, format });
    }
    for (const [body, message] of [
      [{ endpoint: at('countTokens'), ...vectors }, /'endpoint' must say .*models\/\{model\}:embedContent/],
      [{ endpoint: at('embedContent'), requests: [vectors] }, /requests/],
      [{ endpoint: '/v1beta/models/%ff:embedContent', ...vectors }, /'endpoint' is not correctly encoded/],
      [{ format: 'gemini-embeddings', ...vectors }, /model/],
    ] as const) {
      assert.match(await assertErrorOf(COST_ESTIMATE_PATH, await ask(gateway, body), 400), message);
    }
  });

  test('takes a request that says nothing of where it goes for one for chat completions', async () => {
    await using gateway = await startTestGateway();
    const response = await ask(gateway, questions['openai-chat']);
    assert.partialDeepStrictEqual(await response.json(), { endpoint: '/v1/chat/completions', format: 'openai-chat' });
  });

  test('refuses what would be refused, by the name of the field', async () => {
    await using gateway = await startTestGateway();
    const cases = [
      [{ ...chat, endpoint: '/v1/nothing' }, /'endpoint' must say .*\/v1\/chat\/completions/],
      [{ ...questions['openai-chat'], format: 'gemini' }, /'format' must say .*openai-chat/],
      [{ ...chat, model: 7 }, /model/],
      [{ ...chat, messages: 'hi' }, /messages/],
    ] as const;
    for (const [body, message] of cases) {
      assert.match(await assertErrorOf(COST_ESTIMATE_PATH, await ask(gateway, body), 400), message);
    }
    await assertErrorOf(COST_ESTIMATE_PATH, await ask(gateway, { ...chat, model: 'nope' }), 404);
    gateway.registry.load({ case: 'key', value: aKey({ allowedModels: ['other'] }) });
    await assertErrorOf(COST_ESTIMATE_PATH, await ask(gateway, chat), 403);
  });

  test('says what has no price', async () => {
    const refusal = { code: 'model_not_priced', message: 'The model has no price.', param: 'model' } as const;
    await using gateway = await startTestGateway({ quote: async () => ({ kind: 'refused', refusal }) });
    assert.equal(await assertErrorOf(COST_ESTIMATE_PATH, await ask(gateway, chat), 400), refusal.message);
  });
});
