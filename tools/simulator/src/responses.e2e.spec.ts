import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { type Scope, test } from '#testkit/test.ts';
import type { Script } from './script.ts';
import { eventsOf, meteredFor, post, scripted, simulatorFor } from './testing.ts';

const model = 'gpt-4o-mini';
const thinker = 'o3-mini';
const weatherTool = {
  type: 'function' as const,
  name: 'get_weather',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
  strict: true,
};

async function clientFor(context: Scope, script: Script = {}): Promise<{ client: OpenAI; url: string }> {
  const url = await simulatorFor(context, script);
  return { client: new OpenAI({ apiKey: 'any', baseURL: `${url}/v1`, maxRetries: 0 }), url };
}

test('a response echoes the user and counts tokens by the published rule', async (context) => {
  const { client } = await clientFor(context);
  const response = await client.responses.create({ model, input: 'Good morning', instructions: 'Be kind.' });
  assert.equal(response.output_text, 'Hello from the simulator! You said: "Good morning".');
  assert.equal(response.status, 'completed');
  assert.equal(response.usage?.input_tokens, 9);
  assert.equal(response.usage?.output_tokens, 8);
});

test('what Codex says of its sessions is taken', async (context) => {
  const { url } = await clientFor(context);
  const asked = {
    model,
    input: 'Hi',
    store: false,
    client_metadata: { session_id: 's-1', 'x-codex-turn-metadata': '{}' },
  };
  assert.equal((await post(url, '/v1/responses', asked)).status, 200);
});

test('a stream has every event of the protocol, numbered and in order', async (context) => {
  const { url } = await clientFor(context, { text: 'one two' });
  const text = await (await post(url, '/v1/responses', { model, input: 'Hi', stream: true })).text();
  const events = eventsOf(text);
  assert.deepEqual(
    events.map(({ name }) => name.replace('response.', '')),
    [
      'created',
      'in_progress',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ],
  );
  const documents = events.map(({ data }) => JSON.parse(data) as { type: string; sequence_number: number });
  assert.deepEqual(
    documents.map((document) => [document.type, document.sequence_number]),
    events.map(({ name }, index) => [name, index]),
  );
});

for (const kind of ['text', 'tools', 'thoughts'] as const) {
  test(`a stream of ${kind} assembles to the same response as the whole answer`, async (context) => {
    const { client } = await clientFor(context, { toolCalls: 2 });
    const asked = {
      model: thinker,
      input: 'Hi',
      include: ['reasoning.encrypted_content' as const],
      ...(kind === 'tools' ? { tools: [weatherTool] } : {}),
      ...(kind === 'thoughts' ? { reasoning: { effort: 'low' as const, summary: 'auto' as const } } : {}),
    };
    const whole = await client.responses.create(asked);
    const streamed = await client.responses.stream(asked).finalResponse();
    // Ids differ from request to request.
    const bare = (response: OpenAI.Responses.Response) =>
      JSON.parse(JSON.stringify(response.output), (name, value) =>
        name === 'id' || name === 'call_id' || name === 'parsed_arguments' || name === 'parsed' ? undefined : value,
      );
    assert.deepEqual(bare(streamed), bare(whole));
    assert.deepEqual(streamed.usage, whole.usage);
    assert.equal(whole.output.length, kind === 'text' ? 1 : 2);
  });
}

test('a function and a custom tool are called, and their results taken', async (context) => {
  const { client } = await clientFor(context);
  for (const tool of [weatherTool, { type: 'custom' as const, name: 'apply_patch' }]) {
    const asked = [{ role: 'user' as const, content: 'Go' }];
    const first = await client.responses.create({ model, input: asked, tools: [tool] });
    const [call] = first.output;
    assert.ok(call?.type === 'function_call' || call?.type === 'custom_tool_call');
    const result =
      call.type === 'function_call'
        ? { type: 'function_call_output' as const, call_id: call.call_id, output: '21 degrees' }
        : { type: 'custom_tool_call_output' as const, call_id: call.call_id, output: '21 degrees' };
    const second = await client.responses.create({ model, input: [...asked, call, result], tools: [tool] });
    assert.match(second.output_text, /21 degrees/);
  }
});

test('a conversation goes on with its sealed thoughts, and not with thoughts that were changed', async (context) => {
  const { client } = await clientFor(context);
  const include = ['reasoning.encrypted_content' as const];
  const asked = { model: thinker, reasoning: { effort: 'high' as const }, include, store: false };
  const first = await client.responses.create({ ...asked, input: 'Hi' });
  const [thoughts, message] = first.output;
  assert.ok(thoughts?.type === 'reasoning' && message?.type === 'message');
  const next = (changed: object): OpenAI.Responses.ResponseInput => [
    { role: 'user' as const, content: 'Hi' },
    { ...thoughts, ...changed },
    message,
    { role: 'user' as const, content: 'And now?' },
  ];
  await client.responses.create({ ...asked, input: next({}) });
  await assert.rejects(client.responses.create({ ...asked, input: next({ encrypted_content: 'AAAA' }) }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.code, 'invalid_encrypted_content');
    return true;
  });
});

test('thoughts are told where a summary is asked for, and count as reasoning', async (context) => {
  const { client, url } = await clientFor(context);
  const stream = client.responses.stream(
    { model: thinker, input: 'Hi', reasoning: { effort: 'low', summary: 'auto' } },
    { headers: { 'x-request-id': 'r1' } },
  );
  const { output, usage } = await stream.finalResponse();
  assert.ok(output[0]?.type === 'reasoning' && output[0].summary[0]?.text.startsWith('The user said "Hi".'));
  const { usage: metered } = await meteredFor(url, 'r1');
  assert.equal(usage?.output_tokens_details.reasoning_tokens, 7);
  assert.deepEqual([metered.reasoning, metered.output], [7, 7]);
});

test('a document of a JSON schema is written', async (context) => {
  const { client } = await clientFor(context);
  const response = await client.responses.parse({
    model,
    input: 'Who?',
    text: { format: { type: 'json_schema', name: 'w', strict: true, schema: weatherTool.parameters } },
  });
  assert.deepEqual(response.output_parsed, { city: 'text' });
});

test('an answer that its limit cut is incomplete', async (context) => {
  const { client } = await clientFor(context, { chunks: 50 });
  const response = await client.responses.create({ model, input: 'Hi', max_output_tokens: 16 });
  assert.equal(response.status, 'incomplete');
  assert.equal(response.incomplete_details?.reason, 'max_output_tokens');
});

test('the tier that served is told, by its own name', async (context) => {
  const { client } = await clientFor(context);
  assert.equal(
    (await client.responses.create({ model, input: 'Hi', service_tier: 'fast' as never })).service_tier,
    'priority',
  );
  assert.equal(
    (await client.responses.create({ model, input: scripted({ serviceTier: 'flex' }) })).service_tier,
    'flex',
  );
});

test('tokens are counted without an answer, and nothing is metered', async (context) => {
  const { client, url } = await clientFor(context);
  const { input_tokens } = await client.responses.inputTokens.count({ model, input: 'Good morning' });
  assert.equal(input_tokens, 7);
  assert.deepEqual(await (await fetch(`${url}/simulator/meter`)).json(), {});
});

test('a failure in the middle of a stream is told in its last event', async (context) => {
  const { url } = await clientFor(context, { midStreamError: true });
  const text = await (await post(url, '/v1/responses', { model, input: 'Hi', stream: true })).text();
  const last = eventsOf(text).at(-1);
  assert.equal(last?.name, 'response.failed');
  assert.equal(JSON.parse(last?.data ?? '').response.error.code, 'server_error');
});

const call = { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' };
const refusedBodies: readonly [string, object, string, RegExp][] = [
  ['a field of chat', { messages: [] }, 'messages', /Unknown parameter: 'messages'/],
  ['a tool in chat’s form', { tools: [{ type: 'function', function: { name: 'f' } }] }, 'tools[0].name', /Missing/],
  [
    'a part of chat',
    { input: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] },
    'input[0].content[0].type',
    /Invalid value: 'text'/,
  ],
  ['a call without its result', { input: [call] }, 'input', /No tool output found for function call c1/],
  [
    'a result without its call',
    { input: [{ type: 'function_call_output', call_id: 'c1', output: 'x' }] },
    'input[0]',
    /No tool call found/,
  ],
  ['a call with an id that is none', { input: [{ ...call, id: 'call_1' }] }, 'input[0].id', /begins with 'fc'/],
  ['a call id that is too long', { input: [{ ...call, call_id: 'c'.repeat(65) }] }, 'input[0].call_id', /too long/],
  ['too small a limit', { max_output_tokens: 1 }, 'max_output_tokens', />= 16/],
  ['an effort for a model that does not reason', { reasoning: { effort: 'low' } }, 'reasoning.effort', /not supported/],
  ['a response nobody has', { previous_response_id: 'resp_1' }, 'previous_response_id', /not found/],
  ['a choice without tools', { tool_choice: 'required' }, 'tool_choice', /tools/],
  [
    'a strict schema that is open',
    { text: { format: { type: 'json_schema', name: 'x', strict: true, schema: { type: 'object' } } } },
    'text.format.schema',
    /additionalProperties/,
  ],
];

for (const [name, change, param, message] of refusedBodies) {
  test(`a request with ${name} is refused as the API does, with the field's name`, async (context) => {
    const { url } = await clientFor(context);
    const response = await post(url, '/v1/responses', { model, input: 'Hi', ...change });
    const { error } = (await response.json()) as { error: { message: string; param: string } };
    assert.equal(response.status, 400);
    assert.match(error.message, message);
    assert.equal(error.param, param);
  });
}

test('a reasoning model takes no sampling settings', async (context) => {
  const { client } = await clientFor(context);
  const asked = client.responses.create({ model: thinker, input: 'Hi', temperature: 0.2 });
  await assert.rejects(asked, /'temperature' is not supported/);
});
