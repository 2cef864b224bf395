import assert from 'node:assert/strict';
import type { CompleteRequest } from '#contracts/router.ts';
import { Fault } from '#errors/fault.ts';
import { test } from '#testkit/test.ts';
import { encodeAnthropicRequest } from './request.ts';

function encode(fields: Record<string, unknown>, stream = false, outputTokensMax = 4_096) {
  const parsedBody = { model: 'claude', messages: [{ role: 'user', content: 'Hi' }], ...fields };
  const request: CompleteRequest = {
    requestId: 'r',
    userId: 'u',
    body: Buffer.from(JSON.stringify(parsedBody)),
    parsedBody,
    stream,
    candidates: [],
    outputTokensMax,
    promptTokensBound: 1,
    outputTokensBound: 1,
    admissionEventId: 'a',
  };
  return encodeAnthropicRequest(request, 'claude-sonnet');
}
const bodyOf = (fields: Record<string, unknown>) => encode(fields).body;

test('a plain request carries the model, the admitted bound and the messages, and nothing else', () => {
  assert.deepEqual(bodyOf({}), {
    model: 'claude-sonnet',
    max_tokens: 4_096,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
  });
});

test('system and developer messages go to system, wherever they stand', () => {
  const body = bodyOf({
    messages: [
      { role: 'system', content: 'A' },
      { role: 'user', content: 'Hi' },
      { role: 'developer', content: [{ type: 'text', text: 'B', cache_control: { type: 'ephemeral' } }] },
    ],
  });
  assert.deepEqual(body['system'], [
    { type: 'text', text: 'A' },
    { type: 'text', text: 'B', cache_control: { type: 'ephemeral' } },
  ]);
  assert.equal((body['messages'] as unknown[]).length, 1);
});

test('tool calls become tool_use, and the results of several calls one user message with what follows', () => {
  const call = (id: string, args: string) => ({ id, type: 'function', function: { name: 'f', arguments: args } });
  const body = bodyOf({
    messages: [
      { role: 'user', content: 'Go' },
      { role: 'assistant', content: null, tool_calls: [call('1', '{"a":1}'), call('2', '')] },
      { role: 'tool', tool_call_id: '1', content: 'one' },
      { role: 'tool', tool_call_id: '2', content: [{ type: 'text', text: 'two' }] },
      { role: 'user', content: 'Thanks' },
    ],
  });
  assert.deepEqual(body['messages'], [
    { role: 'user', content: [{ type: 'text', text: 'Go' }] },
    {
      role: 'assistant',
      content: [
        { type: 'tool_use', id: '1', name: 'f', input: { a: 1 } },
        { type: 'tool_use', id: '2', name: 'f', input: {} },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: '1', content: [{ type: 'text', text: 'one' }] },
        { type: 'tool_result', tool_use_id: '2', content: [{ type: 'text', text: 'two' }] },
        { type: 'text', text: 'Thanks' },
      ],
    },
  ]);
});

test('pictures come as base64 or by URL', () => {
  const url = (text: string) => ({ type: 'image_url', image_url: { url: text } });
  const body = bodyOf({
    messages: [{ role: 'user', content: [url('data:image/png;base64,AAAA'), url('https://x.test/a.png')] }],
  });
  assert.deepEqual(body['messages'], [
    {
      role: 'user',
      content: [
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
        { type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } },
      ],
    },
  ]);
});

const tool = { type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' } } };

test('tools and the choice among them are translated', () => {
  assert.deepEqual(bodyOf({ tools: [tool] })['tools'], [
    { name: 'f', description: 'd', input_schema: { type: 'object' } },
  ]);
  const choices: [unknown, unknown][] = [
    [undefined, { type: 'auto' }],
    ['none', { type: 'none' }],
    ['required', { type: 'any' }],
    [
      { type: 'function', function: { name: 'f' } },
      { type: 'tool', name: 'f' },
    ],
  ];
  for (const [choice, expected] of choices) {
    assert.deepEqual(bodyOf({ tools: [tool], tool_choice: choice })['tool_choice'], expected);
  }
  assert.deepEqual(bodyOf({ tools: [tool], parallel_tool_calls: false })['tool_choice'], {
    type: 'auto',
    disable_parallel_tool_use: true,
  });
  assert.equal(bodyOf({ tool_choice: 'none' })['tool_choice'], undefined);
});

test('a JSON schema becomes a tool the model has to call, or one of the client tools', () => {
  const format = { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object', required: ['a'] } } };
  const alone = encode({ response_format: format });
  assert.equal(alone.jsonToolName, 'answer_in_json');
  assert.deepEqual(alone.body['tool_choice'], {
    type: 'tool',
    name: 'answer_in_json',
    disable_parallel_tool_use: true,
  });
  const beside = encode({ response_format: format, tools: [tool] });
  assert.deepEqual(beside.body['tool_choice'], { type: 'any' });
  assert.equal((beside.body['tools'] as unknown[]).length, 2);
});

test('temperature is clamped to what Anthropic takes and wins over top_p; stop and user have their own names', () => {
  const body = bodyOf({ temperature: 1.7, top_p: 0.5, stop: 'END', user: 'u1', max_tokens: 7 });
  assert.deepEqual(
    [body['temperature'], body['top_p'], body['stop_sequences'], body['metadata'], body['max_tokens']],
    [1, undefined, ['END'], { user_id: 'u1' }, 7],
  );
  assert.deepEqual(bodyOf({ top_p: 0.5, stop: ['a', ''] })['stop_sequences'], ['a']);
});

test('no output bound above the admitted one leaves the gateway', () => {
  assert.equal(bodyOf({ max_completion_tokens: 9_999 })['max_tokens'], 4_096);
});

test('reasoning effort is a thinking budget within half of the bound, left out where Anthropic does not allow it', () => {
  assert.deepEqual(bodyOf({ reasoning_effort: 'high', temperature: 0 })['thinking'], {
    type: 'enabled',
    budget_tokens: 2_048,
  });
  assert.equal(bodyOf({ reasoning_effort: 'high', temperature: 0 })['temperature'], undefined);
  assert.equal(bodyOf({ reasoning_effort: 'none' })['thinking'], undefined);
  assert.equal(encode({ reasoning_effort: 'low' }, false, 1_000).body['thinking'], undefined);
  assert.equal(bodyOf({ reasoning_effort: 'low', tools: [tool], tool_choice: 'required' })['thinking'], undefined);
});

test('what Anthropic has no form for is refused with the field at fault', () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ n: 2 }, 'n'],
    [{ logprobs: true }, 'logprobs'],
    [{ functions: [] }, 'functions'],
    [{ messages: [{ role: 'function', content: 'x' }] }, 'messages.0.role'],
    [{ messages: [{ role: 'user', content: [{ type: 'input_audio' }] }] }, 'messages.0.content.0'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'ftp://x' } }] }] },
      'messages.0.content.0',
    ],
    [{ tools: [{ type: 'custom' }] }, 'tools'],
    [{ tools: [tool], tool_choice: 'any' }, 'tool_choice'],
    [{ response_format: { type: 'json_schema' } }, 'response_format'],
    [{ response_format: { type: 'json_schema', json_schema: { schema: { type: 'array' } } } }, 'response_format'],
  ];
  for (const [fields, param] of cases) {
    assert.throws(
      () => bodyOf(fields),
      (thrown) => thrown instanceof Fault && thrown.code === 'invalid_request' && thrown.refusal.param === param,
      JSON.stringify(fields),
    );
  }
});

test('arguments of tool calls are refused where they would cost much to parse, alone or together', () => {
  const callsWith = (argumentsOf: readonly string[]) => ({
    messages: [
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        content: null,
        tool_calls: argumentsOf.map((text, at) => ({ id: `c${at}`, function: { name: 'f', arguments: text } })),
      },
    ],
  });
  const fields = (count: number) => `{"a":[${'{"b":1},'.repeat(count - 1)}{}]}`;
  assert.ok(bodyOf(callsWith([fields(60_000)])));
  const costly = [
    [fields(70_000)],
    [fields(40_000), fields(40_000)],
    [`{"a":[${'1,'.repeat(140_000)}1]}`],
    [`{"a":${'['.repeat(200)}${']'.repeat(200)}}`],
  ];
  for (const argumentsOf of costly) {
    assert.throws(
      () => bodyOf(callsWith(argumentsOf)),
      (thrown) => thrown instanceof Fault && thrown.code === 'invalid_request',
    );
  }
});
