import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { type Scope, test } from '#testkit/test.ts';
import type { Script } from './script.ts';
import { meteredFor, scripted, simulatorFor } from './testing.ts';

const model = 'claude-haiku-4-5';
const weatherTool = {
  name: 'get_weather',
  input_schema: { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] },
};

async function clientFor(context: Scope, script: Script = {}): Promise<{ client: Anthropic; url: string }> {
  const url = await simulatorFor(context, script);
  return { client: new Anthropic({ apiKey: 'any', baseURL: url, maxRetries: 0 }), url };
}

function saying(content: string): Anthropic.MessageCreateParamsNonStreaming {
  return { model, max_tokens: 100, messages: [{ role: 'user', content }] };
}

test('a message echoes the user and counts tokens by the published rule', async (context) => {
  const { client } = await clientFor(context);
  const message = await client.messages.create({ ...saying('Good morning'), system: 'Be kind.' });
  assert.partialDeepStrictEqual(message.content, [
    { type: 'text', text: 'Hello from the simulator! You said: "Good morning".' },
  ]);
  assert.equal(message.stop_reason, 'end_turn');
  // 12 and 8 characters are 5 tokens, a message is 4; the answer has 8 words.
  assert.partialDeepStrictEqual(message.usage, { input_tokens: 9, output_tokens: 8 });
});

test('a stream has every event of the protocol, in order', async (context) => {
  const { client } = await clientFor(context, { text: 'one two' });
  const response = await client.messages.create({ ...saying('Hi'), stream: true }).asResponse();
  const events = [...(await response.text()).matchAll(/^event: (.+)$/gm)].map(([, name]) => name);
  assert.deepEqual(events, [
    'message_start',
    'content_block_start',
    'ping',
    'content_block_delta',
    'content_block_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ]);
});

test('a stream assembles to the same message as the whole answer', async (context) => {
  const { client } = await clientFor(context);
  const whole = await client.messages.create(saying('Hi'));
  const streamed = await client.messages.stream(saying('Hi')).finalMessage();
  assert.partialDeepStrictEqual(streamed.content, [{ type: 'text' }]);
  assert.deepEqual(
    [streamed.content, streamed.stop_reason, streamed.usage.output_tokens],
    [whole.content, whole.stop_reason, whole.usage.output_tokens],
  );
});

test('a tool is called with an input of its schema, streamed or not', async (context) => {
  const { client } = await clientFor(context);
  const whole = await client.messages.create({ ...saying('Weather?'), tools: [weatherTool] });
  const streamed = await client.messages.stream({ ...saying('Weather?'), tools: [weatherTool] }).finalMessage();
  for (const message of [whole, streamed]) {
    assert.equal(message.stop_reason, 'tool_use');
    assert.partialDeepStrictEqual(message.content, [
      { type: 'tool_use', name: 'get_weather', input: { city: 'text' } },
    ]);
  }
});

test('a tool result is answered with text', async (context) => {
  const { client } = await clientFor(context);
  const message = await client.messages.create({
    model,
    max_tokens: 100,
    tools: [weatherTool],
    messages: [
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'get_weather', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: '21 degrees' }] },
    ],
  });
  assert.match(message.content[0]?.type === 'text' ? message.content[0].text : '', /21 degrees/);
});

test('an output limit is kept and told', async (context) => {
  const { client } = await clientFor(context);
  const message = await client.messages.create({ ...saying('Hi'), max_tokens: 2 });
  assert.equal(message.stop_reason, 'max_tokens');
  assert.equal(message.usage.output_tokens, 2);
});

test('cached tokens are told apart from input tokens, and metered as parts of the prompt', async (context) => {
  const { client, url } = await clientFor(context);
  const usage = { prompt: 1000, completion: 50, cached: 300, cacheWrite: 200 };
  const stream = client.messages.stream(saying(scripted({ usage })), { headers: { 'x-request-id': 'r1' } });
  const message = await stream.finalMessage();
  assert.partialDeepStrictEqual(message.usage, {
    input_tokens: 500,
    cache_creation_input_tokens: 200,
    cache_read_input_tokens: 300,
    output_tokens: 50,
  });
  assert.partialDeepStrictEqual(await meteredFor(url, 'r1'), {
    format: 'anthropic-messages',
    status: 'completed',
    usage: { input: 500, output: 50, cached_input: 300, cache_write: 200 },
  });
});

test('a content filter is told as a refusal', async (context) => {
  const { client } = await clientFor(context, { finishReason: 'content_filter' });
  assert.equal((await client.messages.create(saying('Hi'))).stop_reason, 'refusal');
});

const errorClasses = [
  [400, Anthropic.BadRequestError, 'invalid_request_error'],
  [401, Anthropic.AuthenticationError, 'authentication_error'],
  [429, Anthropic.RateLimitError, 'rate_limit_error'],
  [500, Anthropic.InternalServerError, 'api_error'],
  [529, Anthropic.InternalServerError, 'overloaded_error'],
] as const;

for (const [status, errorClass, type] of errorClasses) {
  test(`a scripted status ${status} reaches the client as ${errorClass.name}, ${type}`, async (context) => {
    const { client } = await clientFor(context, { status });
    await assert.rejects(
      client.messages.create(saying('Hi')),
      (error) => error instanceof errorClass && error.status === status && error.type === type,
    );
  });
}

test('an error in the middle of a stream is thrown by the client', async (context) => {
  const { client } = await clientFor(context, { midStreamError: true });
  await assert.rejects(client.messages.stream(saying('Hi')).finalMessage(), Anthropic.APIError);
});

test('a stream the client aborts is metered as aborted, at what it was sent', async (context) => {
  const { client, url } = await clientFor(context, { chunks: 4, hang: 'mid-stream' });
  const stream = client.messages.stream(saying('Hi'), { headers: { 'x-request-id': 'gone' } });
  stream.on('text', (_, received) => received === 'Hello from' && stream.abort());
  await assert.rejects(stream.finalMessage(), Anthropic.APIUserAbortError);
  const record = await meteredFor(url, 'gone');
  assert.equal(record.status, 'aborted');
  assert.equal(record.usage.output, 2);
});

const refusedBodies: readonly [string, object, RegExp][] = [
  ['no max_tokens', { max_tokens: undefined }, /max_tokens: Field required/],
  ['no model', { model: undefined }, /model: Field required/],
  ['no messages', { messages: [] }, /at least one message/],
  ['an assistant first', { messages: [{ role: 'assistant', content: 'Hi' }] }, /first message must use/],
  ['a role of another API', { messages: [{ role: 'tool', content: 'Hi' }] }, /messages\.0\.role/],
  ['an empty message', { messages: [{ role: 'user', content: '' }] }, /must have non-empty content/],
  [
    'an empty block of text',
    { messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }] },
    /must be non-empty/,
  ],
  ['a temperature above 1', { temperature: 1.5 }, /temperature/],
  ['a tool without a schema', { tools: [{ name: 'x' }] }, /input_schema: Field required/],
  [
    'a tool result nobody asked for',
    { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'x', content: 'y' }] }] },
    /unexpected `tool_use_id`/,
  ],
  [
    'a tool use that is not answered',
    {
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'x', name: 'y', input: {} }] },
        { role: 'user', content: 'Never mind' },
      ],
    },
    /without `tool_result`/,
  ],
];

for (const [name, change, message] of refusedBodies) {
  test(`a request with ${name} is refused as the API does`, async (context) => {
    const { client } = await clientFor(context);
    await assert.rejects(
      client.messages.create({ ...saying('Hi'), ...change }),
      (error) => error instanceof Anthropic.BadRequestError && message.test(error.message),
    );
  });
}

test('requests without a key or without a version are refused', async (context) => {
  const url = await simulatorFor(context);
  const post = (headers: Record<string, string>) =>
    fetch(`${url}/v1/messages`, { method: 'POST', headers, body: JSON.stringify(saying('Hi')) });
  assert.equal((await post({ 'anthropic-version': '2023-06-01' })).status, 401);
  assert.equal((await post({ 'x-api-key': 'any' })).status, 400);
  assert.equal((await post({ 'x-api-key': 'any', 'anthropic-version': '2023-06-01' })).status, 200);
  assert.equal((await post({ authorization: 'Bearer any', 'anthropic-version': '2023-06-01' })).status, 200);
});
