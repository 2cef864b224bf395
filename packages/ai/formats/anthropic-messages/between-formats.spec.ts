import assert from 'node:assert/strict';
import type { JsonObject } from '#kernel/json.ts';
import { describe, test } from '#testkit/test.ts';
import type { Format, FrontFormat, Target } from '../../format.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { createSseReader } from '../../sse/sse-reader.ts';
import { unknownUsageRules } from '../../usage/read-usage.ts';
import { openAiChat } from '../openai-chat/format.ts';
import { openAiResponses } from '../openai-responses/format.ts';
import { anthropicMessages } from './format.ts';
import { fixture, NEWER_MODEL, noEnd, OLDER_MODEL, testContext, testTarget } from './testing.ts';

/** A client's request as a provider of another format gets it, and what its reader has to know. */
function sent(client: FrontFormat, provider: Format, body: object, target: Partial<Target> = {}) {
  const parsed = parseObjectKeptDigits(JSON.stringify(body));
  assert.ok(parsed && client.server.decode && provider.client.encode);
  const encoded = provider.client.encode(client.server.decode(parsed), testTarget({ stream: true, ...target }));
  return { ...encoded, request: JSON.parse(encoded.body) };
}

/** A provider's stream as a client of another format gets it. */
function received(provider: Format, client: FrontFormat, stream: Buffer, body: JsonObject, notes = {}): string {
  assert.ok(provider.client.openReader && client.server.openWriter);
  const rules = { ...testTarget().rules, usage: unknownUsageRules };
  const reader = provider.client.openReader({ rules, notes, model: 'm' });
  const writer = client.server.openWriter({ ...testContext, body });
  let out = '';
  for (const event of createSseReader().push(stream)) {
    const state = reader.readEvent(event);
    for (const part of reader.takeParts()) out += writer.write(part);
    if (state === 'whole') break;
  }
  return out + writer.close({ ...noEnd, usage: reader.usage()?.usage ?? null });
}

function eventsOf(stream: string): readonly Record<string, unknown>[] {
  return createSseReader()
    .push(Buffer.from(stream))
    .filter(({ data }) => data !== '[DONE]')
    .map(({ data }) => JSON.parse(data));
}

/** What Claude Code sends in the middle of a session. */
const claudeCode = {
  model: 'gpt-5.6',
  max_tokens: 32_000,
  stream: true,
  system: [
    { type: 'text', text: 'You are Claude Code.', cache_control: { type: 'ephemeral' } },
    { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', ttl: '1h' } },
  ],
  metadata: { user_id: '{"device_id":"d","session_id":"s"}' },
  thinking: { type: 'adaptive' },
  output_config: { effort: 'high' },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  tools: [
    {
      name: 'Read',
      description: 'Reads a file.',
      input_schema: { $schema: 'x', type: 'object' },
      eager_input_streaming: true,
    },
    { name: 'Bash', description: 'Runs a command.', input_schema: { type: 'object' } },
  ],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: '<system-reminder>x</system-reminder>' },
        { type: 'text', text: 'Look.' },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: '' },
        { type: 'text', text: 'Looking.' },
        { type: 'tool_use', id: 'call_1', name: 'Read', input: { path: 'a.png' } },
        { type: 'tool_use', id: 'call_2', name: 'Bash', input: {} },
      ],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 'call_1',
          content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }],
        },
        { type: 'tool_result', tool_use_id: 'call_2', content: 'exit 1', is_error: true },
        { type: 'text', text: 'Go on.', cache_control: { type: 'ephemeral' } },
      ],
    },
  ],
};

describe('Claude Code', () => {
  test('works with a model behind chat: nothing of its request is refused', () => {
    const { request, dropped } = sent(anthropicMessages, openAiChat, claudeCode, { model: 'gpt-5.6' });
    assert.deepEqual(dropped, []);
    const roles = request.messages.map(({ role }: { role: string }) => role);
    assert.deepEqual(roles.filter((role: string) => role === 'tool').length, 2);
    assert.equal(request.reasoning_effort, 'high');
    const answer = received(openAiChat, anthropicMessages, chatStream, claudeCode);
    const kinds = eventsOf(answer).map((event) => event['type']);
    assert.deepEqual(kinds, [
      'message_start',
      ...['content_block_start', 'content_block_delta', 'content_block_stop'],
      ...['content_block_start', 'content_block_delta', 'content_block_delta', 'content_block_stop'],
      ...['message_delta', 'message_stop'],
    ]);
    const usage = eventsOf(answer).at(-2)?.['usage'] as JsonObject;
    assert.deepEqual([usage['input_tokens'], usage['cache_read_input_tokens'], usage['output_tokens']], [60, 40, 20]);
  });

  test('lets a Responses model go on with its own thoughts', () => {
    const thoughts = eventsOf(received(openAiResponses, anthropicMessages, responsesStream, claudeCode));
    const signature = thoughts
      .map((event) => (event['delta'] as { readonly signature?: string } | undefined)?.signature)
      .find((each) => each !== undefined);
    assert.ok(signature);
    const next = {
      ...claudeCode,
      messages: [
        { role: 'user', content: 'x' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm', signature },
            { type: 'text', text: 'y' },
          ],
        },
        { role: 'user', content: 'z' },
      ],
    };
    const { body } = sent(anthropicMessages, openAiResponses, next, { model: 'gpt-5.6' });
    assert.ok(body.includes('"encrypted_content":"ENCRYPTED"'), body);
    // A Claude gets the same conversation without them.
    const text = JSON.stringify(next);
    const patched = anthropicMessages.client.patch(
      Buffer.from(text),
      JSON.parse(text),
      testTarget({ model: NEWER_MODEL, stream: true, outputTokensMax: 32_000 }),
    );
    assert.equal(JSON.parse(patched.toString()).messages[1].content.length, 1);
  });
});

describe('a client of chat', () => {
  const call = (id: string, args: string) => ({
    id,
    type: 'function',
    function: { name: 'get.weather', arguments: args },
  });
  const chat = {
    model: 'claude',
    stream: true,
    stream_options: { include_usage: true },
    temperature: 0.3,
    user: 'ada@example.com',
    tools: [{ type: 'function', function: { name: 'get.weather', parameters: { properties: {} } } }],
    messages: [
      { role: 'developer', content: 'Be kind.' },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/jpg;base64,/9j/' } }] },
      { role: 'assistant', content: '\n', tool_calls: [call('functions.f:0', '{"n":1}'), call('functions.f:1', '')] },
      { role: 'tool', tool_call_id: 'functions.f:1', content: 'b' },
      { role: 'tool', tool_call_id: 'functions.f:0', content: [{ type: 'text', text: 'a' }] },
      { role: 'user', content: 'And?' },
    ],
  };

  test('talks to Claude: what Anthropic refuses is mended', () => {
    const { request } = sent(openAiChat, anthropicMessages, chat, { model: OLDER_MODEL });
    const [asked, called, answered] = request.messages;
    assert.equal(request.messages.length, 3);
    assert.deepEqual(request.system, [{ type: 'text', text: 'Be kind.' }]);
    assert.equal(asked.content[0].source.media_type, 'image/jpeg');
    assert.deepEqual(
      called.content.map(({ input }: { input: unknown }) => input),
      [{ n: 1 }, {}],
    );
    assert.deepEqual(
      answered.content.map((block: { tool_use_id?: string; type: string }) => block.tool_use_id ?? block.type),
      [called.content[1].id, called.content[0].id, 'text'],
    );
    assert.match(called.content[0].name, /^[a-zA-Z0-9_-]+$/);
    assert.equal(request.tools[0].name, called.content[0].name);
    assert.deepEqual(request.tools[0].input_schema, { type: 'object', properties: {} });
    assert.match(request.metadata.user_id, /^[0-9a-f]{64}$/);
  });

  test('gets the stream of Claude with its tools by its own names, and all tokens of the prompt', () => {
    const notes = { toolNames: new Map([['get_weather', 'get.weather']]) };
    const chunks = eventsOf(received(anthropicMessages, openAiChat, fixture('text-and-tool.sse'), chat, notes));
    const deltas = chunks.flatMap((chunk) => chunk['choices'] as { delta: JsonObject; finish_reason: string | null }[]);
    assert.equal(deltas.map(({ delta }) => delta['content'] ?? '').join(''), 'Let me look: é👋\n');
    const calls = deltas.flatMap(
      ({ delta }) => (delta['tool_calls'] ?? []) as { function: { name?: string; arguments?: string } }[],
    );
    assert.equal(calls[0]?.function.name, 'get.weather');
    assert.equal(calls.map((each) => each.function.arguments ?? '').join(''), '{"id": 1234567890123456789}');
    assert.equal(deltas.at(-1)?.finish_reason, 'tool_calls');
    const usage = chunks.at(-1)?.['usage'] as JsonObject;
    assert.equal(usage['prompt_tokens'], 472 + 100 + 2_048);
    assert.equal(usage['completion_tokens'], 89);
  });
});

const chunk = (delta: object, rest: object = {}) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'g', choices: [{ index: 0, delta, finish_reason: null }], ...rest })}\n\n`;
const chatStream = Buffer.from(
  [
    chunk({ role: 'assistant', content: 'Hi' }),
    chunk({
      tool_calls: [{ index: 0, id: 'call_3', type: 'function', function: { name: 'Read', arguments: '{"a"' } }],
    }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }),
    chunk({}, { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }),
    chunk(
      {},
      {
        choices: [],
        usage: {
          prompt_tokens: 100,
          completion_tokens: 20,
          total_tokens: 120,
          prompt_tokens_details: { cached_tokens: 40 },
        },
      },
    ),
    'data: [DONE]\n\n',
  ].join(''),
);

const item = {
  type: 'reasoning',
  id: 'rs_1',
  summary: [{ type: 'summary_text', text: 'Hm' }],
  encrypted_content: 'ENCRYPTED',
};
const response = { id: 'resp_1', object: 'response', created_at: 1, model: 'g', status: 'completed', output: [item] };
const responsesStream = Buffer.from(
  [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
    { type: 'response.output_item.added', output_index: 0, item: { ...item, summary: [], encrypted_content: '' } },
    { type: 'response.reasoning_summary_text.delta', item_id: 'rs_1', output_index: 0, summary_index: 0, delta: 'Hm' },
    { type: 'response.output_item.done', output_index: 0, item },
    {
      type: 'response.completed',
      response: { ...response, usage: { input_tokens: 5, output_tokens: 3, total_tokens: 8 } },
    },
  ]
    .map((event, at) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: at })}\n\n`)
    .join(''),
);
