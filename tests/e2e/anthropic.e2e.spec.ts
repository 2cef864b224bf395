import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { afterAll, test } from '#testkit/test.ts';
import type { Script } from '../../tools/simulator/src/script.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { expectedCharge } from './support/expected-charge.ts';
import { install } from './support/install.ts';
import { meteredOnce } from './support/provider-meter.ts';
import { pixel, weather, weatherTool } from './support/sample-requests.ts';

const installation = await install();
afterAll(() => installation[Symbol.asyncDispose]());
const { client, balance } = await installation.customer();

const model = 'claude-haiku-4-5';

function saying(content: string): { model: string; messages: { role: 'user'; content: string }[] } {
  return { model, messages: [{ role: 'user', content }] };
}

test('a completion by an Anthropic model looks like OpenAI’s', async () => {
  const completion = await client.chat.completions.create({
    model,
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Good morning' },
    ],
  });
  assert.equal(completion.object, 'chat.completion');
  assert.equal(completion.choices[0]?.message.role, 'assistant');
  assert.equal(completion.choices[0]?.message.content, 'Hello from the simulator! You said: "Good morning".');
  assert.equal(completion.choices[0]?.finish_reason, 'stop');
  assert.equal(completion.usage?.completion_tokens, 8);
  assert.equal(completion.usage?.total_tokens, (completion.usage?.prompt_tokens ?? 0) + 8);
});

test('a stream by an Anthropic model has text, finish reason and the usage that was asked for', async () => {
  const options = { include_usage: true };
  const stream = await client.chat.completions.create({ ...saying('Hi'), stream: true, stream_options: options });
  const chunks = await Array.fromAsync(stream);
  const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
  assert.equal(text, 'Hello from the simulator! You said: "Hi".');
  assert.equal(chunks.find((chunk) => chunk.choices[0]?.finish_reason)?.choices[0]?.finish_reason, 'stop');
  assert.deepEqual(chunks.at(-1)?.choices, []);
  assert.equal(chunks.at(-1)?.usage?.completion_tokens, 7);
  assert.ok(chunks.every((chunk) => chunk.object === 'chat.completion.chunk' && chunk.id === chunks[0]?.id));
});

for (const isStream of [false, true]) {
  test(`an Anthropic model calls a tool and takes its answer${isStream ? ', in a stream' : ''}`, async () => {
    const asked = { ...saying('What is the weather?'), tools: [weatherTool] };
    const first = isStream
      ? await client.chat.completions.stream(asked).finalChatCompletion()
      : await client.chat.completions.create(asked);
    const [choice] = first.choices;
    assert.equal(choice?.finish_reason, 'tool_calls');
    const [call] = choice?.message.tool_calls ?? [];
    assert.ok(choice && call?.type === 'function');
    assert.equal(call.function.name, 'get_weather');
    assert.deepEqual(JSON.parse(call.function.arguments), weather);

    const answered = {
      ...asked,
      messages: [...asked.messages, choice.message, { role: 'tool' as const, tool_call_id: call.id, content: '21 °C' }],
    };
    const second = isStream
      ? await client.chat.completions.stream(answered).finalChatCompletion()
      : await client.chat.completions.create(answered);
    assert.equal(second.choices[0]?.message.content, 'Thank you, the tool answered: "21 °C".');
  });
}

test('an Anthropic model sees an image', async () => {
  const completion = await client.chat.completions.create({
    model,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: pixel } },
        ],
      },
    ],
  });
  assert.match(completion.choices[0]?.message.content ?? '', /image/);
});

test('an Anthropic model writes a document of a JSON schema', async () => {
  const completion = await client.chat.completions.parse({
    ...saying('Who is it?'),
    response_format: zodResponseFormat(z.object({ name: z.string(), isTall: z.boolean() }), 'person'),
  });
  const { name, isTall } = completion.choices[0]?.message.parsed ?? {};
  assert.equal(typeof name, 'string');
  assert.equal(typeof isTall, 'boolean');
});

for (const isStream of [false, true]) {
  test(`tokens read from and written to Anthropic’s cache are shown and priced${isStream ? ' of a stream' : ''}`, async () => {
    await installation.settled();
    const before = await balance();
    const usage = { prompt: 1_000, completion: 20, cached: 600, cacheWrite: 300 };
    const asked = { ...saying(scripted({ usage })), max_tokens: 500 };
    const { completion, requestId } = isStream ? await streamed(asked) : await whole(asked);
    assert.equal(completion.usage?.prompt_tokens, 1_000);
    assert.equal(completion.usage?.completion_tokens, 20);
    assert.equal(completion.usage?.prompt_tokens_details?.cached_tokens, 600);
    await installation.settled();
    const charged = (await balance()).charged - before.charged;
    assert.equal(charged, expectedCharge(await meteredOnce(installation.simulatorUrl, requestId)));
    // 100 × 1 + 600 × 0.1 + 300 × 1.25 + 20 × 5 USD a million, times 1.5.
    assert.equal(charged, 952_500n);
  });
}

const finishReasons = { length: 'length', content_filter: 'content_filter', stop: 'stop' };
for (const [reason, expected] of Object.entries(finishReasons)) {
  test(`an answer of Anthropic’s that ended with ${reason} says so in OpenAI’s word`, async () => {
    const completion = await client.chat.completions.create(saying(scripted({ finishReason: reason })));
    assert.equal(completion.choices[0]?.finish_reason, expected);
  });
}

test('an output limit holds for an Anthropic model', async () => {
  const completion = await client.chat.completions.create({ ...saying('Good morning'), max_completion_tokens: 3 });
  assert.equal(completion.choices[0]?.finish_reason, 'length');
  assert.equal(completion.usage?.completion_tokens, 3);
});

const failures: readonly (readonly [Script, new (...given: never[]) => Error, number])[] = [
  [{ status: 400 }, OpenAI.BadRequestError, 400],
  [{ status: 401 }, OpenAI.InternalServerError, 502],
  [{ status: 429, retryAfterS: 30 }, OpenAI.RateLimitError, 429],
  [{ status: 500 }, OpenAI.InternalServerError, 502],
  [{ status: 529 }, OpenAI.InternalServerError, 502],
];
for (const [script, type, status] of failures) {
  test(`Anthropic’s error ${script.status} comes as OpenAI’s error ${status}`, async () => {
    await assert.rejects(client.chat.completions.create(saying(scripted(script))), (error: unknown) => {
      assert.ok(error instanceof type, String(error));
      assert.ok(error instanceof OpenAI.APIError);
      assert.equal(error.status, status);
      assert.notEqual(error.type, undefined);
      assert.ok(error.message.length > 10);
      return true;
    });
  });
}

test('a stream that Anthropic breaks off does not look whole', async () => {
  const stream = await client.chat.completions.create({
    ...saying(scripted({ chunks: 10, cutAfterChunks: 4 })),
    stream: true,
  });
  await assert.rejects(Array.fromAsync(stream));
});

type Asked = ReturnType<typeof saying> & { max_tokens: number };

async function whole(asked: Asked) {
  const { data, request_id: requestId } = await client.chat.completions.create(asked).withResponse();
  return { completion: data, requestId: requestId ?? '' };
}

async function streamed(asked: Asked) {
  const { data, request_id: requestId } = await client.chat.completions
    .create({ ...asked, stream: true, stream_options: { include_usage: true } })
    .withResponse();
  const chunks = await Array.fromAsync(data);
  return { completion: { usage: chunks.at(-1)?.usage }, requestId: requestId ?? '' };
}
