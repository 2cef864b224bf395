import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import { test } from '#testkit/test.ts';
import { decodeChat } from './decode.ts';

const ask = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };
const said = (...messages: unknown[]) => decodeChat({ model: 'm', messages }).messages;

test('results of tools that follow each other are one turn of the user, and know what was called', () => {
  const calls = [
    { id: 'a', type: 'function', function: { name: 'f', arguments: '{"id": 1234567890123456789}' } },
    { id: 'b', type: 'custom', custom: { name: 'c', input: 'free' } },
  ];
  const messages = said(
    { role: 'assistant', content: null, tool_calls: calls },
    { role: 'tool', tool_call_id: 'a', content: 'one' },
    { role: 'tool', tool_call_id: 'b', content: [{ type: 'text', text: 'two' }] },
    { role: 'user', content: 'next' },
  );
  assert.deepEqual(messages, [
    {
      role: 'assistant',
      content: [
        { type: 'tool-call', id: 'a', name: 'f', kind: 'function', input: '{"id": 1234567890123456789}' },
        { type: 'tool-call', id: 'b', name: 'c', kind: 'custom', input: 'free' },
      ],
      at: 'messages[0]',
    },
    {
      role: 'user',
      content: [
        { type: 'tool-result', callId: 'a', kind: 'function', content: [{ type: 'text', text: 'one' }] },
        { type: 'tool-result', callId: 'b', kind: 'custom', content: [{ type: 'text', text: 'two' }] },
      ],
      at: 'messages[1]',
    },
    { role: 'user', content: [{ type: 'text', text: 'next' }], at: 'messages[3]' },
  ]);
});

test('a picture in the result of a tool is a picture', () => {
  const [, result] = said(
    { role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { name: 'f' } }] },
    {
      role: 'tool',
      tool_call_id: 'a',
      content: [{ type: 'image_url', image_url: { url: 'data:image/PNG;charset=utf-8;base64,AAAA' } }],
    },
  );
  const source = { kind: 'base64', mediaType: 'image/png', data: 'AAAA' };
  assert.deepEqual(result?.content, [
    { type: 'tool-result', callId: 'a', kind: 'function', content: [{ type: 'image', source }] },
  ]);
});

test('functions of the old form are tools, and their results find their calls by name', () => {
  const { messages, tools, settings, spelling } = decodeChat({
    model: 'm',
    functions: [{ name: 'f', parameters: { type: 'object' } }],
    function_call: { name: 'f' },
    messages: [
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: 'r' },
    ],
  });
  const [call, result] = messages.map(({ content }) => content[0]);
  assert.ok(call?.type === 'tool-call' && result?.type === 'tool-result' && call.id === result.callId);
  assert.deepEqual(tools, [{ kind: 'function', name: 'f', schema: '{"type":"object"}' }]);
  assert.deepEqual(settings.toolChoice, { kind: 'tool', name: 'f', toolKind: 'function' });
  assert.deepEqual(spelling, { toolChoice: 'function_call', tools: 'functions' });
});

test('thoughts come back with their proofs where the client sends these, else as text', () => {
  const details = [
    { type: 'reasoning.text', text: 'hm', signature: 'sig', format: 'anthropic-claude-v1', index: 0 },
    { type: 'reasoning.encrypted', data: 'enc', id: 'rs_1', format: 'openai-responses-v1', index: 1 },
    { type: 'reasoning.encrypted', data: 'red', format: 'anthropic-claude-v1', index: 2 },
  ];
  const [withProofs] = said({ role: 'assistant', content: 'a', reasoning_content: 'hm', reasoning_details: details });
  assert.deepEqual(withProofs?.content, [
    { type: 'reasoning', text: 'hm', proof: { format: 'anthropic-messages', kind: 'signature', value: 'sig' } },
    { type: 'reasoning', text: '', id: 'rs_1', proof: { format: 'openai-responses', kind: 'encrypted', value: 'enc' } },
    { type: 'reasoning', text: '', proof: { format: 'anthropic-messages', kind: 'redacted', value: 'red' } },
    { type: 'text', text: 'a' },
  ]);
  const [plain] = said({ role: 'assistant', content: 'a', reasoning: 'hm' });
  assert.deepEqual(plain?.content[0], { type: 'reasoning', text: 'hm' });
});

test('what only this format knows is kept as it is, and what nobody knows is told by its name', () => {
  const decoded = decodeChat({
    ...ask,
    messages: [
      { role: 'user', content: [{ type: 'video_url', video_url: { url: 'x' } }] },
      { role: 'assistant', audio: { id: 'audio_1' } },
    ],
    x_unknown: { deep: [1] },
    nothing: null,
    store: true,
    web_search_options: { search_context_size: 'low' },
    stream: true,
    stream_options: { include_usage: true },
    usage: { include: true },
    max_tokens: 5,
  });
  const json = '{"type":"video_url","video_url":{"url":"x"}}';
  assert.deepEqual(decoded.messages[0]?.content, [
    { type: 'foreign', format: 'openai-chat', what: 'messages[0].content[0]', json },
  ]);
  assert.deepEqual(decoded.messages[1]?.content, [
    { type: 'foreign', format: 'openai-chat', what: 'messages[1].audio', json: '{"id":"audio_1"}' },
  ]);
  assert.deepEqual([...decoded.others], [['x_unknown', '{"deep":[1]}']]);
  assert.equal(decoded.tools[0]?.kind === 'hosted' && decoded.tools[0].meaning, 'web_search');
});

test('settings have their canonical names, and the names that the client gave them', () => {
  const { settings, spelling } = decodeChat({
    ...ask,
    stop: 'end',
    seed: 7,
    n: 2,
    safety_identifier: 'a',
    user: 'b',
    reasoning: { effort: 'high', max_tokens: 2_000 },
    response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' }, strict: true } },
    tool_choice: {
      type: 'allowed_tools',
      allowed_tools: { mode: 'required', tools: [{ type: 'function', name: 'f' }] },
    },
  });
  assert.deepEqual(settings, {
    stop: ['end'],
    seed: '7',
    choices: 2,
    endUser: 'a',
    reasoning: { effort: 'high', budgetTokens: 2_000 },
    outputForm: { kind: 'schema', name: 'n', schema: '{"type":"object"}', isStrict: true },
    toolChoice: { kind: 'allowed', mode: 'required', names: ['f'] },
  });
  assert.deepEqual(spelling, {
    stop: 'stop',
    seed: 'seed',
    choices: 'n',
    endUser: 'safety_identifier',
    reasoning: 'reasoning',
    outputForm: 'response_format',
    toolChoice: 'tool_choice',
  });
});

test('what cannot be read is refused by the field as the client wrote it', () => {
  const call = (fields: object) => ({ ...ask, messages: [{ role: 'assistant', tool_calls: [fields] }] });
  const cases: readonly (readonly [body: Record<string, unknown>, param: string])[] = [
    [{ ...ask, messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id'],
    [{ ...ask, messages: [{ role: 'function', name: 'f', content: 'x' }] }, 'messages[0].name'],
    [{ ...ask, messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [{ ...ask, messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }, 'messages[0].content[0].image_url'],
    [
      { ...ask, messages: [{ role: 'user', content: [{ type: 'file', file: {} }] }] },
      'messages[0].content[0].file.file_data',
    ],
    [call({ type: 'function', function: { name: 'f' } }), 'messages[0].tool_calls[0].id'],
    [call({ id: 'a', type: 'function' }), 'messages[0].tool_calls[0].function'],
    [call({ id: 'a', type: 'custom', custom: {} }), 'messages[0].tool_calls[0].custom.name'],
    [{ ...ask, temperature: 'hot' }, 'temperature'],
    [{ ...ask, stop: 7 }, 'stop'],
    [{ ...ask, response_format: { type: 'xml' } }, 'response_format.type'],
    [{ ...ask, tool_choice: { type: 'function' } }, 'tool_choice.function'],
    [{ ...ask, tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name'],
    [{ ...ask, parallel_tool_calls: 'no' }, 'parallel_tool_calls'],
  ];
  for (const [body, param] of cases) {
    assert.throws(
      () => decodeChat(body),
      (thrown) => thrown instanceof Fault && thrown.code === 'invalid_request' && thrown.refusal.param === param,
      param,
    );
  }
});
