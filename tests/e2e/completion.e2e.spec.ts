import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { afterAll, test } from '#testkit/test.ts';
import { scripted } from '../../tools/simulator/src/testing.ts';
import { expectedCharge } from './support/expected-charge.ts';
import { install } from './support/install.ts';
import { metered } from './support/provider-meter.ts';
import { answerHello, startRawProvider } from './support/raw-provider.ts';
import { pixel, weather, weatherTool } from './support/sample-requests.ts';
import { until } from './support/until.ts';

const recorder = await startRawProvider();
const installation = await install({
  providers: [{ name: 'recorder', baseUrl: recorder.baseUrl, models: ['gpt-4o'] }],
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await recorder[Symbol.asyncDispose]();
});
const { client, apiKey, balance } = await installation.customer();
const model = 'gpt-4o-mini';

function saying(content: string): { model: string; messages: { role: 'user'; content: string }[] } {
  return { model, messages: [{ role: 'user', content }] };
}

test('a completion has the text and the usage of the provider', async () => {
  const { data, request_id: requestId } = await client.chat.completions.create(saying('Good morning')).withResponse();
  assert.equal(data.choices[0]?.message.content, 'Hello from the simulator! You said: "Good morning".');
  assert.equal(data.choices[0]?.finish_reason, 'stop');
  assert.equal(data.model, model);
  assert.equal(data.usage?.prompt_tokens, 7);
  assert.equal(data.usage?.completion_tokens, 8);
  assert.match(requestId ?? '', /^[0-9a-f-]{36}$/);
});

test('a stream has the whole text, and no usage where none was asked for', async () => {
  const stream = await client.chat.completions.create({ ...saying('Hi'), stream: true });
  const chunks = await Array.fromAsync(stream);
  const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
  assert.equal(text, 'Hello from the simulator! You said: "Hi".');
  assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, 'stop');
  assert.ok(chunks.every((chunk) => !chunk.usage && chunk.choices.length === 1));
});

test('a stream ends with its usage where it was asked for', async () => {
  const options = { include_usage: true };
  const stream = await client.chat.completions.create({ ...saying('Hi'), stream: true, stream_options: options });
  const chunks = await Array.fromAsync(stream);
  assert.deepEqual(chunks.at(-1)?.choices, []);
  assert.equal(chunks.at(-1)?.usage?.completion_tokens, 7);
  assert.ok(chunks.slice(0, -1).every((chunk) => !chunk.usage));
});

for (const isStream of [false, true]) {
  test(`a tool is called and its answer taken${isStream ? ', in a stream' : ''}`, async () => {
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

test('a document of a JSON schema is parsed into its type', async () => {
  const Person = z.object({ name: z.string(), age: z.int().min(18) });
  const completion = await client.chat.completions.parse({
    ...saying('Who is it?'),
    response_format: zodResponseFormat(Person, 'person'),
  });
  assert.deepEqual(completion.choices[0]?.message.parsed, { name: 'text', age: 18 });
});

test('an image in a message reaches the provider', async () => {
  const completion = await client.chat.completions.create({
    model,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: pixel, detail: 'low' } },
        ],
      },
    ],
  });
  assert.match(completion.choices[0]?.message.content ?? '', /image/);
  assert.equal(completion.usage?.prompt_tokens, 4 + 85 + 4);
});

test('each of n choices is answered', async () => {
  const completion = await client.chat.completions.create({ ...saying('Hi'), n: 2 });
  assert.deepEqual(
    completion.choices.map((choice) => [choice.index, choice.message.content]),
    [0, 1].map((index) => [index, 'Hello from the simulator! You said: "Hi".']),
  );
});

test('log probabilities come through', async () => {
  const completion = await client.chat.completions.create({ ...saying('Hi'), logprobs: true, top_logprobs: 2 });
  const tokens = completion.choices[0]?.logprobs?.content ?? [];
  assert.equal(tokens.map(({ token }) => token).join(''), completion.choices[0]?.message.content);
  assert.ok(tokens.every((token) => token.top_logprobs.length > 0));
});

test('what the gateway does not know reaches the provider untouched, and the client’s key does not', async () => {
  const unknown = { seed: 7, metadata: { team: 'é' }, made_up_tomorrow: [1.0, { deep: null }], 'odd key': '\u2028' };
  const sent = { ...saying('Hi'), model: 'gpt-4o', max_completion_tokens: 10, ...unknown };
  await client.chat.completions.create(sent);
  const received = recorder.requests.at(-1);
  assert.ok(received);
  assert.equal(received.body.toString(), JSON.stringify(sent));
  assert.equal(received.headers.authorization, 'Bearer provider-key-of-the-tests');
  assert.ok(!JSON.stringify(received.headers).includes(apiKey));
});

test('an output bound that was left open is told to the provider, and all else keeps its bytes', async () => {
  const text = '{"model":"gpt-4o",  "messages":[{"role":"user","content":"Hi"}], "big":12345678901234567890, "f":1.0}';
  const response = await fetch(`${installation.gateway().url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: text,
  });
  assert.equal(response.status, 200);
  const received = recorder.requests.at(-1)?.body.toString() ?? '';
  const { max_completion_tokens: bound } = JSON.parse(received);
  assert.ok(bound >= 256);
  assert.equal(received.replace(/,?\s*"max_completion_tokens":\d+,?/, ''), text);
});

test('a stream that its client leaves is paid for once, as its provider metered it, and its hold ends', async () => {
  await installation.settled();
  const before = await balance();
  const { data: stream, request_id: requestId } = await client.chat.completions
    .create({ ...saying(scripted({ chunks: 40, chunkDelayMs: 10 })), stream: true })
    .withResponse();
  for await (const _chunk of stream) break;
  const record = await until(
    'the provider to be done',
    async () => (await metered(installation.simulatorUrl, requestId ?? ''))[0],
  );
  await installation.settled();
  const { held, charged } = await balance();
  assert.equal(held, 0n);
  assert.equal(record.status, 'completed');
  assert.equal(charged - before.charged, expectedCharge(record));
});

test('an answer in one piece that its client does not wait for is paid for once, and its hold ends', async () => {
  await installation.settled();
  const before = await balance();
  const impatience = new AbortController();
  const hasLeft = Promise.withResolvers<void>();
  recorder.answer = async (response) => {
    impatience.abort();
    await hasLeft.promise;
    answerHello(response);
  };
  const asked = client.chat.completions.create({ ...saying('Hi'), model: 'gpt-4o' }, { signal: impatience.signal });
  await assert.rejects(asked, OpenAI.APIUserAbortError);
  hasLeft.resolve();
  await installation.settled();
  const { held, charged } = await balance();
  assert.equal(held, 0n);
  // 10 tokens at 2.50 USD a million and 1 at 10, times 1.5.
  assert.equal(charged - before.charged, 52_500n);
  recorder.answer = answerHello;
});

test('the models that can be asked for are those with a price', async () => {
  const models = (await Array.fromAsync(client.models.list())).map(({ id }) => id);
  assert.ok(models.includes(model));
  assert.ok(models.includes('claude-haiku-4-5'));
  assert.ok(!models.includes('nobody-knows-its-price'));
  assert.equal((await client.models.retrieve(model)).id, model);
  await assert.rejects(client.models.retrieve('no-such-model'), OpenAI.NotFoundError);
});
