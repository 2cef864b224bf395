import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createSseReader } from '../../sse/sse-reader.ts';
import { anthropicMessages } from '../anthropic-messages/format.ts';
import { openAiResponses } from './format.ts';
import { context, fixture, rules, target } from './testing.ts';

const { server, client } = openAiResponses;
const messages = anthropicMessages;

const codex = {
  model: 'claude-sonnet-4-5',
  instructions: 'You are Codex.',
  stream: true,
  store: false,
  reasoning: { effort: 'medium', summary: 'auto' },
  include: ['reasoning.encrypted_content'],
  tool_choice: 'auto',
  parallel_tool_calls: false,
  prompt_cache_key: 'thread',
  client_metadata: { session: 'x' },
  tools: [
    { type: 'function', name: 'exec_command', strict: false, parameters: { type: 'object', properties: {} } },
    { type: 'custom', name: 'apply_patch', format: { type: 'grammar', syntax: 'lark', definition: 'start: "*"' } },
  ],
  input: [
    { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Sandboxed.' }] },
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Fix it.' }] },
    {
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'Hm' }],
      encrypted_content: 'gateway-proof:anthropic-messages:signature:SIG',
    },
    { type: 'custom_tool_call', call_id: 'toolu_0', name: 'apply_patch', input: '*** Begin Patch' },
    { type: 'custom_tool_call_output', call_id: 'toolu_0', output: 'Done' },
  ],
};

const events: readonly { readonly type: string; readonly [field: string]: unknown }[] = [
  {
    type: 'message_start',
    message: {
      id: 'msg_1',
      role: 'assistant',
      model: 'claude',
      content: [],
      usage: { input_tokens: 9, output_tokens: 1 },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Now' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'SIG2' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'content_block_start',
    index: 1,
    content_block: { type: 'tool_use', id: 'toolu_1', name: 'apply_patch', input: {} },
  },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"input":"*** Be' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: 'gin\\n+\\"x\\""}' } },
  { type: 'content_block_stop', index: 1 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 7 } },
  { type: 'message_stop' },
];

test('Codex edits files with a Claude behind it, which goes on with its thoughts', () => {
  assert.ok(messages.client.encode && messages.client.openReader && server.decode && server.openWriter);
  const sent = messages.client.encode(server.decode(codex), {
    ...target,
    model: 'claude-sonnet-4-5',
    stream: true,
    outputTokensMax: 20_000,
  });
  assert.deepEqual(JSON.parse(sent.body).messages[1].content, [
    { type: 'thinking', thinking: 'Hm', signature: 'SIG' },
    { type: 'tool_use', id: 'toolu_0', name: 'apply_patch', input: { input: '*** Begin Patch' } },
  ]);
  const reader = messages.client.openReader({ rules, notes: sent.notes, model: 'claude' });
  const writer = server.openWriter({ ...context, body: codex });
  let written = '';
  for (const event of events) {
    reader.readEvent({ name: event.type, data: JSON.stringify(event) });
    for (const part of reader.takeParts()) written += writer.write(part);
  }
  written += writer.close({ usage: reader.usage()?.usage ?? null, serviceTier: '' });
  const last = createSseReader().push(Buffer.from(written)).at(-1);
  const { output } = JSON.parse(last?.data ?? '').response;
  assert.deepEqual(output[0].summary, [{ type: 'summary_text', text: 'Now' }]);
  assert.equal(output[0].encrypted_content, 'gateway-proof:anthropic-messages:signature:SIG2');
  assert.deepEqual(
    [output[1].type, output[1].name, output[1].input],
    ['custom_tool_call', 'apply_patch', '*** Begin\n+"x"'],
  );
});

test('Claude Code has a model of Responses behind it: its pictures, calls and thoughts are told in its own way', () => {
  assert.ok(client.encode && client.openReader && messages.server.decode && messages.server.openWriter);
  const body = {
    model: 'gpt-5.6',
    max_tokens: 4_000,
    stream: true,
    system: [{ type: 'text', text: 'You are Claude Code.', cache_control: { type: 'ephemeral' } }],
    thinking: { type: 'enabled', budget_tokens: 3_000 },
    tools: [{ name: 'read_file', input_schema: { type: 'object', properties: {} } }],
    messages: [
      { role: 'user', content: 'Fix it.' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'read_file', input: { n: 1 } }] },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_1',
            content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } }],
          },
          { type: 'text', text: 'Go on.' },
        ],
      },
    ],
  };
  const sent = client.encode(messages.server.decode(body), target);
  const { input, reasoning, include } = JSON.parse(sent.body);
  assert.deepEqual(
    input.map((item: { type: string }) => item.type),
    ['message', 'function_call', 'function_call_output', 'message'],
  );
  assert.deepEqual(input[2].output, [{ type: 'input_image', image_url: 'data:image/png;base64,AA', detail: 'auto' }]);
  assert.deepEqual([reasoning, include], [{ effort: 'medium', summary: 'auto' }, ['reasoning.encrypted_content']]);
  const reader = client.openReader({ rules, notes: sent.notes, model: 'gpt-5.6' });
  const writer = messages.server.openWriter({ ...context, body });
  let written = '';
  for (const event of createSseReader().push(fixture('agent-turn.sse'))) {
    reader.readEvent(event);
    for (const part of reader.takeParts()) written += writer.write(part);
  }
  written += writer.close({ usage: reader.usage()?.usage ?? null, serviceTier: '' });
  const types = [...written.matchAll(/"content_block":\{"type":"(\w+)"/g)].map(([, type]) => type);
  assert.deepEqual(types, ['thinking', 'text', 'tool_use', 'tool_use']);
  assert.ok(written.includes('"stop_reason":"tool_use"'));
  assert.ok(written.includes('"cache_read_input_tokens":512'));
  // What Claude Code sends back lets the model go on with its thoughts.
  const signature = /"signature_delta","signature":"([^"]*)"/.exec(written)?.[1];
  const answered = { role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm', signature }] };
  const next = { ...body, messages: [body.messages[0], answered, body.messages[0]] };
  const again = JSON.parse(client.encode(messages.server.decode(next), target).body);
  assert.equal(again.input[1].encrypted_content, 'gAAAAABo+longer/encrypted==');
});
