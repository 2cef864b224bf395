import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { describe, test } from '#testkit/test.ts';
import { API_KEY, aKey, model, startTestGateway, type TestGateway } from '../testing.ts';

const many = Array.from({ length: 45 }, (_, at) => ({ ...model, id: `gpt-${String(at).padStart(2, '0')}` }));
const names = many.map(({ id }) => id);

const sdk = (gateway: TestGateway): Anthropic =>
  new Anthropic({ baseURL: gateway.url, apiKey: API_KEY, maxRetries: 0 });

async function get(gateway: TestGateway, path: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${gateway.url}${path}`, { headers: { 'x-api-key': API_KEY, ...headers } });
  // biome-ignore lint/suspicious/noExplicitAny: documents of several forms are looked into.
  return { response, document: (await response.json()) as any };
}

const anthropic = { 'anthropic-version': '2023-06-01' };

describe("GET /v1/models for Anthropic's clients", () => {
  test('gives every model once, page after page, in both directions', async () => {
    await using gateway = await startTestGateway({ models: many });
    const seen: string[] = [];
    for await (const each of sdk(gateway).models.list({ limit: 7 })) seen.push(each.id);
    assert.deepEqual(seen, names);
    const back: string[] = [];
    for await (const each of sdk(gateway).models.list({ limit: 7, before_id: 'gpt-40' })) back.push(each.id);
    assert.deepEqual(back.toSorted(), names.slice(0, 40));
  });

  test('gives 20 where no limit is asked for, and says whether there are more', async () => {
    await using gateway = await startTestGateway({ models: many });
    const { document } = await get(gateway, '/v1/models', anthropic);
    assert.equal(document.data.length, 20);
    assert.deepEqual([document.first_id, document.last_id, document.has_more], ['gpt-00', 'gpt-19', true]);
    const { document: last } = await get(gateway, '/v1/models?limit=1000&after_id=gpt-43&beta=true', anthropic);
    assert.deepEqual([last.first_id, last.last_id, last.has_more], ['gpt-44', 'gpt-44', false]);
    const { document: none } = await get(gateway, '/v1/models?after_id=gpt-44', anthropic);
    assert.deepEqual(none, { data: [], has_more: false, first_id: null, last_id: null });
  });

  test('shows the key the models that it may use, and one by its name', async () => {
    await using gateway = await startTestGateway({ models: many });
    gateway.registry.load({ case: 'key', value: aKey({ allowedModels: ['gpt-1*'] }) });
    const { document } = await get(gateway, '/v1/models', anthropic);
    assert.deepEqual(
      document.data.map(({ id }: { id: string }) => id),
      names.slice(10, 20),
    );
    const one = await sdk(gateway).models.retrieve('gpt-11');
    assert.partialDeepStrictEqual(one, { type: 'model', id: 'gpt-11', created_at: '2023-11-14T22:13:20Z' });
    await assert.rejects(sdk(gateway).models.retrieve('nope'), Anthropic.NotFoundError);
  });

  test('refuses what it cannot page by with the name of the parameter', async () => {
    await using gateway = await startTestGateway({ models: many });
    const cases = [
      'limit=0',
      'limit=1001',
      'limit=many',
      'after_id=nope',
      'after_id=gpt-01&before_id=gpt-04',
      'order=asc',
    ];
    for (const query of cases) {
      const { response, document } = await get(gateway, `/v1/models?${query}`, anthropic);
      assert.equal(response.status, 400, query);
      assert.equal(document.type, 'error');
      assert.match(document.error.message, new RegExp(query.split('=')[0] ?? ''));
      assert.equal(response.headers.get('request-id'), document.request_id);
    }
  });
});

describe("GET /v1/models for OpenAI's clients", () => {
  test('has the list that Codex reads beside the one of the SDKs where Codex asks', async () => {
    await using gateway = await startTestGateway({ models: many });
    const { document: codex } = await get(gateway, '/v1/models?client_version=0.99.0');
    assert.deepEqual([codex.models, codex.data.length], [[], many.length]);
    const { document: plain } = await get(gateway, '/v1/models');
    assert.deepEqual(Object.keys(plain), ['object', 'data']);
  });
});

describe('a key', () => {
  test('in x-api-key comes first for clients of Anthropic, and in Authorization for all others', async () => {
    await using gateway = await startTestGateway();
    const statuses = async (headers: Record<string, string>) => [
      (await get(gateway, '/v1/models', headers)).response.status,
      (await get(gateway, '/v1/models', { ...headers, ...anthropic })).response.status,
    ];
    assert.deepEqual(await statuses({ authorization: 'Bearer sk-other' }), [401, 200]);
    assert.deepEqual(await statuses({ authorization: `Bearer ${API_KEY}`, 'x-api-key': 'sk-ant-other' }), [200, 401]);
    assert.deepEqual(await statuses({ authorization: `Bearer ${API_KEY}`, 'x-api-key': '' }), [200, 200]);
    assert.deepEqual(await statuses({ 'api-key': API_KEY, 'x-api-key': '' }), [200, 200]);
  });
});
