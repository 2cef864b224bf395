import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { API_KEY, model, startTestGateway } from '../testing.ts';

interface Page {
  readonly models: readonly { readonly name: string }[];
  readonly nextPageToken?: string;
}

describe("models in the form of Google's API", () => {
  const headers = { 'x-goog-api-key': API_KEY };

  test('are listed where Google’s clients look, page by page', async () => {
    await using gateway = await startTestGateway();
    for (const path of ['/v1beta/models', '/v1/models']) {
      const names: string[] = [];
      let token = '';
      do {
        const response = await fetch(`${gateway.url}${path}?pageSize=1&pageToken=${encodeURIComponent(token)}`, {
          headers,
        });
        assert.equal(response.status, 200);
        const page = (await response.json()) as Page;
        assert.ok(page.models.length <= 1);
        names.push(...page.models.map(({ name }) => name));
        token = page.nextPageToken ?? '';
      } while (token !== '');
      assert.ok(names.includes(`models/${model.id}`), names.join());
      assert.equal(new Set(names).size, names.length);
    }
  });

  test('are shown one by one, and one that nobody has is told in Google’s form', async () => {
    await using gateway = await startTestGateway();
    const shown = await fetch(`${gateway.url}/v1beta/models/${model.id}`, { headers });
    const { name, supportedGenerationMethods } = (await shown.json()) as Record<string, unknown>;
    assert.deepEqual(
      [name, supportedGenerationMethods],
      [`models/${model.id}`, ['generateContent', 'streamGenerateContent', 'countTokens']],
    );
    const missing = await fetch(`${gateway.url}/v1beta/models/nobody-has-it`, { headers });
    const { error } = (await missing.json()) as { error: { code: number; status: string } };
    assert.deepEqual([missing.status, error.code, error.status], [404, 404, 'NOT_FOUND']);
    const odd = await fetch(`${gateway.url}/v1beta/models?pageSize=none`, { headers });
    assert.equal(odd.status, 400);
  });

  test('make vectors of a text and of several, each at its own call', async () => {
    await using gateway = await startTestGateway();
    const content = { parts: [{ text: 'Hi' }] };
    const ask = (call: string, body: object) =>
      fetch(`${gateway.url}/v1beta/models/${model.id}:${call}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const requests = [{ model: `models/${model.id}`, content }, { content }];
    assert.equal((await ask('embedContent', { content })).status, 200);
    assert.equal((await ask('batchEmbedContents', { requests })).status, 200);
    const shared = { model: model.id, operation: 'embed', format: 'gemini-embeddings', outputTokensRequested: 0 };
    assert.partialDeepStrictEqual(gateway.admitted, [shared, { ...shared, prompts: 2 }]);
    for (const [call, body, field] of [
      ['embedContent', { requests }, 'requests'],
      ['batchEmbedContents', { content }, 'requests'],
      ['batchEmbedContents', { requests: [{ content, model: 'models/other' }] }, 'requests[0].model'],
      ['batchEmbedContents', { requests: Array(101).fill({ content }) }, 'requests'],
    ] as const) {
      const refused = await ask(call, body);
      const { error } = (await refused.json()) as { error: { status: string; details: unknown } };
      assert.deepEqual([refused.status, error.status], [400, 'INVALID_ARGUMENT']);
      assert.match(JSON.stringify(error.details), new RegExp(`"param":"${field.replace(/[[\]]/g, '\\$&')}"`));
    }
    assert.equal(gateway.admitted.length, 2);
  });

  test('are asked for by their URL; a stream has to be one of events', async () => {
    await using gateway = await startTestGateway();
    const body = JSON.stringify({ contents: [{ parts: [{ text: 'Hi' }] }] });
    const ask = (call: string, more: object = headers) =>
      fetch(`${gateway.url}/v1beta/models/${model.id}:${call}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...more },
        body,
      });
    assert.equal((await ask('generateContent')).status, 200);
    assert.equal(gateway.admitted[0]?.model, model.id);
    assert.equal(gateway.completed[0]?.request.format, 'gemini-generate');
    const array = await ask('streamGenerateContent');
    assert.equal(array.status, 400);
    assert.match(await array.text(), /alt=sse/);
    const counted = await ask('countTokens');
    assert.deepEqual(await counted.json(), { totalTokens: 12 });
    const nobody = await ask('generateContent', {});
    const { error } = (await nobody.json()) as { error: { status: string } };
    assert.deepEqual([nobody.status, error.status], [401, 'UNAUTHENTICATED']);
    assert.equal((await ask('predict')).status, 405);
  });
});
