import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { type Scope, test } from '#testkit/test.ts';
import { meteredFor, post, scripted, simulatorFor } from './testing.ts';

async function clientFor(context: Scope): Promise<{ client: OpenAI; url: string }> {
  const url = await simulatorFor(context);
  return { client: new OpenAI({ apiKey: 'any', baseURL: `${url}/v1`, maxRetries: 0 }), url };
}

const embedder = 'text-embedding-3-small';

test('completions are answered whole and streamed, with the same text and usage', async (context) => {
  const { client } = await clientFor(context);
  const asked = { model: 'm', prompt: 'Good morning', max_tokens: 50 };
  const whole = await client.completions.create(asked);
  const stream = await client.completions.create({ ...asked, stream: true, stream_options: { include_usage: true } });
  const chunks = await Array.fromAsync(stream);
  assert.equal(whole.choices[0]?.text, 'Hello from the simulator! You said: "Good morning".');
  assert.equal(chunks.map((chunk) => chunk.choices[0]?.text ?? '').join(''), whole.choices[0]?.text);
  assert.deepEqual(chunks.at(-1)?.usage, whole.usage);
  assert.equal(whole.usage?.prompt_tokens, 3);
});

test('every prompt of a completions request is answered, as often as asked', async (context) => {
  const { client } = await clientFor(context);
  const { choices, usage } = await client.completions.create({ model: 'm', prompt: ['a', 'b'], n: 2, max_tokens: 2 });
  assert.deepEqual(
    choices.map(({ index }) => index),
    [0, 1, 2, 3],
  );
  assert.equal(usage?.completion_tokens, 8);
});

test('completions without a limit end after sixteen tokens', async (context) => {
  const { client } = await clientFor(context);
  const { choices } = await client.completions.create({ model: 'm', prompt: scripted({ chunks: 30 }) });
  assert.equal(choices[0]?.finish_reason, 'length');
});

test('embeddings are vectors of length 1, as many as inputs, metered at their prompt alone', async (context) => {
  const { client, url } = await clientFor(context);
  const { data, usage } = await client.embeddings.create(
    { model: embedder, input: ['one', 'two'], dimensions: 8 },
    { headers: { 'x-request-id': 'r1' } },
  );
  assert.deepEqual(
    data.map(({ embedding }) => [embedding.length, Math.round(Math.hypot(...embedding) * 1000)]),
    [
      [8, 1000],
      [8, 1000],
    ],
  );
  assert.notDeepEqual(data[0]?.embedding, data[1]?.embedding);
  const record = await meteredFor(url, 'r1');
  assert.deepEqual([record.format, record.usage], ['openai-embeddings', { input: usage.prompt_tokens }]);
});

test('floats and base64 are the same numbers', async (context) => {
  const { url } = await clientFor(context);
  const vectorOf = async (encoding_format: string) => {
    const response = await post(url, '/v1/embeddings', {
      model: embedder,
      input: 'one',
      dimensions: 4,
      encoding_format,
    });
    return ((await response.json()) as { data: { embedding: unknown }[] }).data[0]?.embedding;
  };
  const bytes = Buffer.from(String(await vectorOf('base64')), 'base64');
  const floats = Array.from({ length: 4 }, (_, index) => bytes.readFloatLE(index * 4));
  assert.deepEqual(await vectorOf('float'), floats);
});

test('tokens are taken as an input, one or many', async (context) => {
  const { client } = await clientFor(context);
  const inputs: readonly (readonly [input: number[] | number[][], count: number])[] = [
    [[1, 2, 3], 1],
    [[[1, 2], [3]], 2],
  ];
  for (const [input, count] of inputs) {
    const { data, usage } = await client.embeddings.create({ model: embedder, input });
    assert.deepEqual([data.length, usage.prompt_tokens], [count, 3]);
  }
});

for (const [what, body, param] of [
  ['an empty input', { input: '' }, 'input'],
  ['a field of another API', { input: 'x', stream: true }, 'stream'],
  ['an unknown encoding', { input: 'x', encoding_format: 'hex' }, 'encoding_format'],
] as const) {
  test(`embeddings of ${what} are refused with the field's name`, async (context) => {
    const { url } = await clientFor(context);
    const response = await post(url, '/v1/embeddings', { model: embedder, ...body });
    assert.equal(response.status, 400);
    assert.partialDeepStrictEqual(await response.json(), { error: { param } });
  });
}
