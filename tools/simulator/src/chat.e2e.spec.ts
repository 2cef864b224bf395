import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { type Scope, test } from '#testkit/test.ts';
import type { Script } from './script.ts';
import { meteredFor, scripted, simulatorFor } from './testing.ts';

const model = 'gpt-4o-mini';
const weatherTool = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { enum: ['celsius', 'fahrenheit'] } },
      required: ['city', 'unit'],
      additionalProperties: false,
    },
    strict: true,
  },
};

async function clientFor(context: Scope, script: Script = {}): Promise<{ client: OpenAI; url: string }> {
  const url = await simulatorFor(context, script);
  return { client: new OpenAI({ apiKey: 'sk-any', baseURL: `${url}/v1`, maxRetries: 0 }), url };
}

function saying(content: string): { model: string; messages: { role: 'user'; content: string }[] } {
  return { model, messages: [{ role: 'user', content }] };
}

test('a completion echoes the user and counts tokens by the published rule', async (context) => {
  const { client } = await clientFor(context);
  const completion = await client.chat.completions.create(saying('Good morning'));
  assert.equal(completion.choices[0]?.message.content, 'Hello from the simulator! You said: "Good morning".');
  assert.equal(completion.choices[0]?.finish_reason, 'stop');
  // 12 characters are 3 tokens, a message is 4; the answer has 8 words.
  assert.equal(completion.usage?.prompt_tokens, 7);
  assert.equal(completion.usage?.completion_tokens, 8);
  assert.equal(completion.usage?.total_tokens, 15);
});

test('a stream has the role first, then pieces, the finish reason, and usage in a chunk without choices', async (context) => {
  const { client } = await clientFor(context);
  const stream = await client.chat.completions.create({
    ...saying('Hi'),
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = await Array.fromAsync(stream);
  assert.equal(chunks[0]?.choices[0]?.delta.role, 'assistant');
  const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
  assert.equal(text, 'Hello from the simulator! You said: "Hi".');
  assert.equal(chunks.at(-2)?.choices[0]?.finish_reason, 'stop');
  assert.deepEqual(chunks.at(-1)?.choices, []);
  assert.equal(chunks.at(-1)?.usage?.completion_tokens, chunks.length - 3);
  assert.ok(chunks.slice(0, -1).every((chunk) => chunk.usage === null));
});

test('a stream that was not asked for usage carries none', async (context) => {
  const { client } = await clientFor(context);
  const stream = await client.chat.completions.create({ ...saying('Hi'), stream: true });
  const chunks = await Array.fromAsync(stream);
  assert.ok(chunks.every((chunk) => !('usage' in chunk) && chunk.choices.length === 1));
});

test('several choices are each answered in full, streamed or not, and all are counted', async (context) => {
  const { client } = await clientFor(context);
  const whole = await client.chat.completions.create({ ...saying('Hi'), n: 3 });
  assert.equal(whole.choices.length, 3);
  assert.equal(whole.usage?.completion_tokens, 21);
  const stream = client.chat.completions.stream({ ...saying('Hi'), n: 3 });
  const streamed = await stream.finalChatCompletion();
  assert.deepEqual(
    streamed.choices.map((choice) => choice.message.content),
    whole.choices.map((choice) => choice.message.content),
  );
});

test('a user who brings tools gets the first one called with arguments of its schema', async (context) => {
  const { client } = await clientFor(context);
  const completion = await client.chat.completions.create({ ...saying('Weather?'), tools: [weatherTool] });
  const [choice] = completion.choices;
  const [call] = choice?.message.tool_calls ?? [];
  assert.equal(choice?.finish_reason, 'tool_calls');
  assert.equal(choice?.message.content, null);
  assert.ok(call?.type === 'function');
  assert.equal(call.function.name, 'get_weather');
  assert.deepEqual(JSON.parse(call.function.arguments), { city: 'text', unit: 'celsius' });
});

test('a streamed tool call assembles to the same arguments', async (context) => {
  const { client } = await clientFor(context);
  const stream = client.chat.completions.stream({ ...saying('Weather?'), tools: [weatherTool] });
  const message = await stream.finalMessage();
  const [call] = message.tool_calls ?? [];
  assert.ok(call?.type === 'function');
  assert.deepEqual(JSON.parse(call.function.arguments), { city: 'text', unit: 'celsius' });
});

test('tool_choice none is answered with text, and a named tool is the one that is called', async (context) => {
  const { client } = await clientFor(context);
  const other = { type: 'function' as const, function: { name: 'other' } };
  const none = await client.chat.completions.create({ ...saying('Hi'), tools: [weatherTool], tool_choice: 'none' });
  assert.equal(none.choices[0]?.finish_reason, 'stop');
  const named = await client.chat.completions.create({
    ...saying('Hi'),
    tools: [weatherTool, other],
    tool_choice: { type: 'function', function: { name: 'other' } },
  });
  const [call] = named.choices[0]?.message.tool_calls ?? [];
  assert.ok(call?.type === 'function');
  assert.deepEqual(call.function, { name: 'other', arguments: '{}' });
});

test('what a tool has answered is answered with text', async (context) => {
  const { client } = await clientFor(context);
  const call = { id: 'call_1', type: 'function' as const, function: { name: 'get_weather', arguments: '{}' } };
  const completion = await client.chat.completions.create({
    model,
    tools: [weatherTool],
    messages: [
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: '21 degrees' },
    ],
  });
  assert.match(completion.choices[0]?.message.content ?? '', /21 degrees/);
});

test('json_schema is answered with a document of the schema', async (context) => {
  const { client } = await clientFor(context);
  const schema = {
    type: 'object',
    properties: { name: { type: 'string' }, age: { type: 'integer', minimum: 18 } },
    required: ['name', 'age'],
    additionalProperties: false,
  };
  const completion = await client.chat.completions.parse({
    ...saying('Hi'),
    response_format: { type: 'json_schema', json_schema: { name: 'person', strict: true, schema } },
  });
  assert.deepEqual(completion.choices[0]?.message.parsed, { name: 'text', age: 18 });
});

test('json_object is answered with a JSON object', async (context) => {
  const { client } = await clientFor(context);
  const completion = await client.chat.completions.create({
    ...saying('Hi'),
    response_format: { type: 'json_object' },
  });
  assert.equal(typeof JSON.parse(completion.choices[0]?.message.content ?? ''), 'object');
});

test('logprobs come one a piece, with as many alternatives as asked for', async (context) => {
  const { client } = await clientFor(context);
  const completion = await client.chat.completions.create({ ...saying('Hi'), logprobs: true, top_logprobs: 2 });
  const tokens = completion.choices[0]?.logprobs?.content ?? [];
  assert.equal(tokens.map(({ token }) => token).join(''), completion.choices[0]?.message.content);
  assert.ok(tokens.every((token) => token.logprob <= 0 && token.top_logprobs.length === 2));
});

test('an output limit is kept and told', async (context) => {
  const { client } = await clientFor(context);
  const completion = await client.chat.completions.create({ ...saying('Hi'), max_completion_tokens: 3 });
  assert.equal(completion.choices[0]?.message.content, 'Hello from the');
  assert.equal(completion.choices[0]?.finish_reason, 'length');
  assert.equal(completion.usage?.completion_tokens, 3);
});

test('images are accepted, counted and mentioned', async (context) => {
  const { client } = await clientFor(context);
  const image = { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,AAAA' } };
  const completion = await client.chat.completions.create({
    model,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Look' }, image, image] }],
  });
  assert.match(completion.choices[0]?.message.content ?? '', /2 image/);
  assert.equal(completion.usage?.prompt_tokens, 1 + 4 + 2 * 85);
});

test('scripted usage is reported as it is, and metered so', async (context) => {
  const { client, url } = await clientFor(context);
  const usage = { prompt: 1000, completion: 500, cached: 300, cacheWrite: 200, reasoning: 100 };
  const completion = await client.chat.completions.create(saying(scripted({ usage })), {
    headers: { 'x-request-id': 'r1' },
  });
  assert.equal(completion.usage?.prompt_tokens, 1000);
  assert.equal(completion.usage?.completion_tokens, 500);
  assert.equal(completion.usage?.prompt_tokens_details?.cached_tokens, 300);
  assert.equal(completion.usage?.completion_tokens_details?.reasoning_tokens, 100);
  assert.deepEqual((await meteredFor(url, 'r1')).usage, {
    input: 500,
    cached_input: 300,
    cache_write: 200,
    output: 400,
    reasoning: 100,
  });
});

test('the models are listed', async (context) => {
  const { client } = await clientFor(context);
  const ids = (await Array.fromAsync(client.models.list())).map(({ id }) => id);
  assert.ok(ids.includes(model));
});

const errorClasses = [
  [400, OpenAI.BadRequestError],
  [401, OpenAI.AuthenticationError],
  [403, OpenAI.PermissionDeniedError],
  [404, OpenAI.NotFoundError],
  [429, OpenAI.RateLimitError],
  [500, OpenAI.InternalServerError],
] as const;

for (const [status, errorClass] of errorClasses) {
  test(`a scripted status ${status} reaches the client as ${errorClass.name}`, async (context) => {
    const { client } = await clientFor(context, { status, retryAfterS: 9 });
    await assert.rejects(
      client.chat.completions.create(saying('Hi')),
      (error) => error instanceof errorClass && error.headers.get('retry-after') === '9',
    );
  });
}

test('a request without a key is refused with 401', async (context) => {
  const { url } = await clientFor(context);
  const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(saying('Hi')) });
  const body = (await response.json()) as { error: { code: string } };
  assert.equal(response.status, 401);
  assert.equal(body.error.code, 'invalid_api_key');
});

test('failTimes lets the client succeed by retrying, and each failure is metered', async (context) => {
  const { client, url } = await clientFor(context);
  const script = { key: 'once', failTimes: 1, status: 503, retryAfterS: 0, latencyMs: 0 };
  const completion = await client.chat.completions.create(saying(scripted(script)), { maxRetries: 1 });
  assert.equal(completion.choices[0]?.finish_reason, 'stop');
  const totals = (await (await fetch(`${url}/simulator/meter`)).json()) as Record<string, object>;
  assert.partialDeepStrictEqual(totals[model], { requests: 2, failed: 1, completed: 1 });
});

test('a stream the client aborts is metered as aborted, at what it was sent', async (context) => {
  const { client, url } = await clientFor(context);
  const script = { chunks: 3, hang: 'mid-stream' as const, cutAfterChunks: 2 };
  const stream = await client.chat.completions.create(
    { ...saying(scripted(script)), stream: true },
    { headers: { 'x-request-id': 'gone' } },
  );
  let received = '';
  for await (const chunk of stream) {
    received += chunk.choices[0]?.delta.content ?? '';
    if (received === 'Hello from') stream.controller.abort();
  }
  const record = await meteredFor(url, 'gone');
  assert.equal(record.status, 'aborted');
  assert.equal(record.usage.output, 2);
  assert.ok((record.usage.input ?? 0) > 0);
});

test('an error in the middle of a stream is thrown by the client', async (context) => {
  const { client } = await clientFor(context, { midStreamError: true });
  const stream = await client.chat.completions.create({ ...saying('Hi'), stream: true });
  await assert.rejects(Array.fromAsync(stream), OpenAI.APIError);
});
