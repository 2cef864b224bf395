import assert from 'node:assert/strict';
import type { FormatName } from '#ai/format.ts';
import type { CompleteRequest } from '#contracts/router.ts';
import { describe, type Scope, test } from '#testkit/test.ts';
import { createTestRouter, hostileProvider, testProvider } from './testing.ts';

type Client = 'openai-embeddings' | 'gemini-embeddings';

const content = (text: string) => ({ parts: [{ text }] });
const batch = (...texts: readonly string[]) => ({
  requests: texts.map((text) => ({ model: 'models/client', content: content(text) })),
});
const googleVectors = '{"embeddings":[{"values":[0.25,-0.5]},{"values":[1,2]}],"usageMetadata":{"promptTokenCount":7}}';
const openAiVectors =
  '{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.25,-0.5]},' +
  '{"object":"embedding","index":1,"embedding":[1,2]}],"model":"m","usage":{"prompt_tokens":7,"total_tokens":7}}';

/** A provider that speaks one format and gives one answer. */
async function world(t: Scope, formats: readonly FormatName[], answer: string, status = 200) {
  const got: { url: string; body: unknown }[] = [];
  const baseUrl = await hostileProvider(t, (response, { url = '' }, text) => {
    got.push({ url, body: JSON.parse(text) });
    response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
  });
  const { ask } = createTestRouter(t, { providers: [testProvider('p', baseUrl, { formats: [...formats] })] });
  const bounds = { operation: 'embed', outputTokensMax: 0, outputTokensBound: 0 } as const;
  return {
    got,
    embed: (format: Client, body: Record<string, unknown>, more: Partial<CompleteRequest> = {}) =>
      ask(body, { request: { format, ...bounds, ...more } }),
  };
}

describe('embeddings', () => {
  test('of Google’s clients pass as they are to a provider of their format, to the call that they came to', async (t) => {
    const many = await world(t, ['gemini-embeddings', 'openai-embeddings'], googleVectors);
    const asked = await many.embed('gemini-embeddings', batch('a', 'b'));
    assert.deepEqual([asked.failure, asked.text], [undefined, googleVectors]);
    const named = batch('a', 'b').requests.map((request) => ({ ...request, model: 'models/m' }));
    assert.deepEqual(many.got, [{ url: '/v1/models/m:batchEmbedContents', body: { requests: named } }]);
    assert.deepEqual([asked.usage?.usage.input, asked.usage?.usage.output, asked.usage?.estimated], [7, 0, false]);
    const vector = '{"embedding":{"values":[0.25]},"usageMetadata":{"promptTokenCount":3}}';
    const one = await world(t, ['gemini-embeddings'], vector);
    const single = await one.embed('gemini-embeddings', { content: content('a') });
    assert.deepEqual([single.text, one.got[0]?.url], [vector, '/v1/models/m:embedContent']);
    assert.equal(single.usage?.usage.input, 3);
  });

  test('of OpenAI’s clients come from a provider that speaks Google’s format, in the form that they ask for', async (t) => {
    const { embed, got } = await world(t, ['gemini-embeddings'], googleVectors);
    const floats = await embed('openai-embeddings', { model: 'm', input: ['a', 'b'], dimensions: 2 });
    assert.equal(floats.failure, undefined);
    assert.equal(floats.text, openAiVectors);
    assert.equal(got[0]?.url, '/v1/models/m:batchEmbedContents');
    assert.deepEqual([floats.usage?.usage.input, floats.usage?.usage.output], [7, 0]);
    const coded = await embed('openai-embeddings', { model: 'm', input: ['a', 'b'], encoding_format: 'base64' });
    const { data } = JSON.parse(coded.text) as { data: { embedding: string }[] };
    assert.equal(data[0]?.embedding, Buffer.from(new Float32Array([0.25, -0.5]).buffer).toString('base64'));
  });

  test('of Google’s clients come from a provider that speaks OpenAI’s format', async (t) => {
    const { embed, got } = await world(t, ['openai-embeddings'], openAiVectors);
    const many = await embed('gemini-embeddings', batch('a', 'b'));
    assert.deepEqual([many.failure, many.text], [undefined, googleVectors]);
    assert.deepEqual(got, [{ url: '/v1/embeddings', body: { model: 'm', input: ['a', 'b'] } }]);
    // Two vectors are no answer for one text.
    const one = await embed('gemini-embeddings', { content: content('a') });
    assert.equal(one.failure?.code, 'upstream_invalid_response');
  });

  test('without a report are estimated from their texts, flagged, and told as estimated', async (t) => {
    const vectors = '{"embeddings":[{"values":[0.25]}]}';
    const { embed } = await world(t, ['gemini-embeddings'], vectors);
    const raw = await embed('gemini-embeddings', batch('Hello world'));
    assert.deepEqual([raw.text, raw.usage?.estimated, raw.usage?.usage.input], [vectors, true, 2]);
    const translated = await embed('openai-embeddings', { model: 'm', input: 'Hello world' });
    assert.deepEqual(JSON.parse(translated.text).usage, { prompt_tokens: 2, total_tokens: 2 });
    assert.deepEqual([translated.usage?.estimated, translated.usage?.usage.output], [true, 0]);
    const bounded = await embed('openai-embeddings', { model: 'm', input: 'Hello world' }, { promptTokensBound: 1 });
    assert.equal(bounded.usage?.usage.input, 1);
  });

  test('that have no place at a provider are refused by the client’s name of it, or it is left out and named', async (t) => {
    const google = await world(t, ['gemini-embeddings'], googleVectors);
    const tokens = await google.embed('openai-embeddings', { model: 'm', input: [[1, 2], [3]] });
    assert.deepEqual([tokens.failure?.code, tokens.failure?.param], ['invalid_request', 'input[0]']);
    const user = await google.embed('openai-embeddings', { model: 'm', input: ['a', 'b'], user: 'u' });
    assert.deepEqual([user.failure?.param, google.got.length], ['user', 0]);
    const openAi = await world(t, ['openai-embeddings'], openAiVectors);
    const requests = batch('a', 'b').requests.map((request) => ({ ...request, taskType: 'RETRIEVAL_QUERY' }));
    const task = await openAi.embed('gemini-embeddings', { requests });
    assert.deepEqual([task.failure?.param, openAi.got.length], ['requests[0].taskType', 0]);
    const left = await openAi.embed('gemini-embeddings', { requests }, { dropsUnplaced: true });
    const [head] = left.frames;
    assert.deepEqual([left.text, head?.kind === 'head' && head.dropped], [googleVectors, ['requests[0].taskType']]);
  });

  test('that a provider refuses are told in the client’s form and the provider’s words', async (t) => {
    const error = { code: 400, message: 'outputDimensionality is too large', status: 'INVALID_ARGUMENT' };
    const { embed } = await world(t, ['gemini-embeddings'], JSON.stringify({ error }), 400);
    const { failure, usage } = await embed('openai-embeddings', { model: 'm', input: 'a' });
    const told = JSON.parse(String(failure?.providerBody));
    assert.deepEqual([told.error.message, told.error.type], [error.message, 'invalid_request_error']);
    assert.deepEqual([usage?.usage.input, usage?.outcome], [0, 'OUTCOME_FAILED']);
  });
});
