import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import { test } from '#testkit/test.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { decodeResponses } from './decode.ts';

const decode = (body: object) =>
  decodeResponses(parseObjectKeptDigits(JSON.stringify({ model: 'm', input: 'Hi', ...body })) ?? {});

/** The param of the fault. */
function refused(body: object): string | undefined {
  try {
    decode(body);
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'invalid_request') return thrown.refusal.param;
    throw thrown;
  }
  return 'nothing';
}

test('a text is a message of the user’s, and instructions come first', () => {
  assert.deepEqual(decode({ instructions: 'Be brief.' }).messages, [
    { role: 'system', spelling: 'system', content: [{ type: 'text', text: 'Be brief.' }], at: 'instructions' },
    { role: 'user', content: [{ type: 'text', text: 'Hi' }], at: 'input' },
  ]);
});

test('what a model said in a row is one turn, and so are the results of its calls', () => {
  const { messages } = decode({
    input: [
      { role: 'user', content: 'Look.' },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm' }], encrypted_content: 'gA' },
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        phase: 'commentary',
        content: [{ type: 'output_text', text: 'I look.', annotations: [] }],
      },
      { type: 'function_call', id: 'fc_1', call_id: 'a', name: 'read', arguments: '{"n":12345678901234567890}' },
      { type: 'custom_tool_call', call_id: 'b', name: 'apply_patch', input: '*** Begin' },
      { type: 'function_call_output', call_id: 'a', output: 'text' },
      {
        type: 'custom_tool_call_output',
        call_id: 'b',
        output: [{ type: 'input_image', image_url: 'data:image/png;base64,AA', detail: 'low' }],
      },
      { role: 'assistant', content: 'Done.', phase: 'final_answer' },
    ],
  });
  assert.deepEqual(messages, [
    { role: 'user', content: [{ type: 'text', text: 'Look.' }], at: 'input[0]' },
    {
      role: 'assistant',
      phase: 'commentary',
      content: [
        {
          type: 'reasoning',
          text: 'Hm',
          isSummary: true,
          id: 'rs_1',
          proof: { format: 'openai-responses', kind: 'encrypted', value: 'gA' },
        },
        { type: 'text', text: 'I look.' },
        {
          type: 'tool-call',
          id: 'a',
          name: 'read',
          kind: 'function',
          input: '{"n":12345678901234567890}',
          itemId: 'fc_1',
        },
        { type: 'tool-call', id: 'b', name: 'apply_patch', kind: 'custom', input: '*** Begin' },
      ],
      at: 'input[1]',
    },
    {
      role: 'user',
      content: [
        { type: 'tool-result', callId: 'a', kind: 'function', content: [{ type: 'text', text: 'text' }] },
        {
          type: 'tool-result',
          callId: 'b',
          kind: 'custom',
          content: [{ type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA' }, detail: 'low' }],
        },
      ],
      at: 'input[5]',
    },
    { role: 'assistant', phase: 'final_answer', content: [{ type: 'text', text: 'Done.' }], at: 'input[7]' },
  ]);
});

/** Every type of item of the SDK's that only this format knows, and whose turn it belongs to. */
const foreignItems: readonly (readonly [type: string, role: 'assistant' | 'user'])[] = [
  ['file_search_call', 'assistant'],
  ['web_search_call', 'assistant'],
  ['computer_call', 'assistant'],
  ['image_generation_call', 'assistant'],
  ['code_interpreter_call', 'assistant'],
  ['local_shell_call', 'assistant'],
  ['shell_call', 'assistant'],
  ['apply_patch_call', 'assistant'],
  ['mcp_call', 'assistant'],
  ['mcp_list_tools', 'assistant'],
  ['mcp_approval_request', 'assistant'],
  ['tool_search_call', 'assistant'],
  ['program', 'assistant'],
  ['compaction', 'assistant'],
  ['computer_call_output', 'user'],
  ['local_shell_call_output', 'user'],
  ['shell_call_output', 'user'],
  ['apply_patch_call_output', 'user'],
  ['mcp_approval_response', 'user'],
  ['tool_search_output', 'user'],
  ['program_output', 'user'],
  ['additional_tools', 'user'],
  ['configuration_update', 'user'],
  ['compaction_trigger', 'user'],
  ['an_item_of_next_year', 'user'],
];

test('every item that only this format knows is kept as it is, with its digits', () => {
  for (const [type, role] of foreignItems) {
    const json = `{"type":"${type}","id":"x","n":12345678901234567890}`;
    const body = parseObjectKeptDigits(`{"model":"m","input":[${json}]}`) ?? {};
    assert.deepEqual(decodeResponses(body).messages, [
      { role, content: [{ type: 'foreign', format: 'openai-responses', what: type, json }], at: 'input[0]' },
    ]);
  }
});

test('settings have their canonical names', () => {
  const { settings, others } = decode({
    temperature: 0.5,
    top_p: 0.9,
    reasoning: { effort: 'high', summary: 'auto', context: 'auto' },
    text: { verbosity: 'low', format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true } },
    tool_choice: { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }] },
    parallel_tool_calls: false,
    safety_identifier: 'u',
    metadata: { a: 'b' },
    service_tier: 'flex',
    prompt_cache_key: 'k',
    top_logprobs: 3,
    include: ['reasoning.encrypted_content', 'message.output_text.logprobs'],
    store: false,
    stream: true,
    stream_options: { include_obfuscation: false },
    client_metadata: { a: 'b' },
    max_tool_calls: 3,
    truncation: 'disabled',
  });
  assert.deepEqual(settings, {
    temperature: 0.5,
    topP: 0.9,
    reasoning: { effort: 'high', summary: 'auto' },
    verbosity: 'low',
    outputForm: { kind: 'schema', name: 'n', schema: '{"type":"object"}', isStrict: true },
    toolChoice: { kind: 'allowed', mode: 'required', names: ['f'] },
    isParallelToolUse: false,
    endUser: 'u',
    metadata: '{"a":"b"}',
    serviceTier: 'flex',
    promptCacheKey: 'k',
    logprobs: true,
    topLogprobs: 3,
  });
  assert.deepEqual([...others], []);
});

test('odds of tokens are named by the field that asks for them', () => {
  const asked = decode({ top_logprobs: 2 });
  assert.deepEqual([asked.settings.logprobs, asked.spelling.logprobs], [true, 'top_logprobs']);
  assert.equal(decode({ include: ['message.output_text.logprobs'] }).spelling.logprobs, 'include');
});

test('what has no canonical meaning is named by the client’s own path', () => {
  const { others } = decode({
    reasoning: { mode: 'pro' },
    tool_choice: { type: 'mcp', server_label: 's' },
    moderation: { model: 'm' },
    stop: ['x'],
  });
  assert.deepEqual([...others.keys()], ['reasoning.mode', 'tool_choice', 'moderation', 'stop']);
});

test('tools of every kind are read, those of a group by the names of both', () => {
  const grammar = { type: 'grammar', syntax: 'lark', definition: 'start: "a"' };
  const { tools } = decode({
    tools: [
      { type: 'function', name: 'f', parameters: { type: 'object' }, strict: true, description: 'd' },
      { type: 'function', name: 'g', parameters: null, strict: null },
      { type: 'custom', name: 'apply_patch', format: grammar },
      { type: 'custom', name: 'any', format: { type: 'text' } },
      { type: 'namespace', name: 'mcp__files__', description: '', tools: [{ type: 'function', name: 'read' }] },
      { type: 'web_search', search_context_size: 'low' },
      { type: 'local_shell' },
    ],
  });
  assert.deepEqual(tools, [
    { kind: 'function', name: 'f', schema: '{"type":"object"}', description: 'd', isStrict: true },
    { kind: 'function', name: 'g', schema: undefined },
    { kind: 'custom', name: 'apply_patch', grammar: JSON.stringify(grammar) },
    { kind: 'custom', name: 'any' },
    { kind: 'function', name: 'mcp__files__read', schema: undefined },
    {
      kind: 'hosted',
      meaning: 'web_search',
      format: 'openai-responses',
      what: 'web_search',
      json: '{"type":"web_search","search_context_size":"low"}',
    },
    { kind: 'hosted', meaning: null, format: 'openai-responses', what: 'local_shell', json: '{"type":"local_shell"}' },
  ]);
});

test('pictures, files, sounds and marks of the cache are read', () => {
  const { messages } = decode({
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } },
          { type: 'input_image', image_url: 'https://example.org/a.png', detail: 'auto' },
          { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA' },
          { type: 'input_file', filename: 'a.csv', file_data: 'AA' },
          { type: 'input_file', file_url: 'https://example.org/a.pdf' },
          { type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } },
          { type: 'input_image', image_url: 'DATA:image/PNG;charset=utf-8;base64,AA' },
        ],
      },
    ],
  });
  assert.deepEqual(messages[0]?.content, [
    { type: 'text', text: 'a', cacheMark: '{"mode":"explicit","ttl":"12h"}' },
    { type: 'image', source: { kind: 'url', url: 'https://example.org/a.png' }, detail: 'auto' },
    { type: 'file', source: { kind: 'base64', mediaType: 'application/pdf', data: 'AA' }, fileName: 'a.pdf' },
    { type: 'file', source: { kind: 'base64', mediaType: 'text/csv', data: 'AA' }, fileName: 'a.csv' },
    { type: 'file', source: { kind: 'url', url: 'https://example.org/a.pdf' } },
    { type: 'audio', encoding: 'wav', data: 'AA' },
    { type: 'image', source: { kind: 'base64', mediaType: 'image/PNG;charset=utf-8', data: 'AA' } },
  ]);
});

test('a field that cannot be read is named as the client wrote it', () => {
  const rows: readonly (readonly [body: object, param: string])[] = [
    [{ input: 7 }, 'input'],
    [{ input: ['x'] }, 'input[0]'],
    [{ input: [{ role: 'tool', content: 'x' }] }, 'input[0].role'],
    [{ input: [{ role: 'user', content: 7 }] }, 'input[0].content'],
    [{ input: [{ role: 'user', content: [{ type: 'film' }] }] }, 'input[0].content[0].type'],
    [{ input: [{ role: 'user', content: [{ type: 'input_text' }] }] }, 'input[0].content[0].text'],
    [{ input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input[0]'],
    [{ input: [{ id: 'msg_1' }] }, 'input[0]'],
    [{ input: [{ type: 'function_call', name: 'f', arguments: '{}' }] }, 'input[0].call_id'],
    [{ input: [{ type: 'function_call', call_id: 'a', name: 'f', arguments: {} }] }, 'input[0].arguments'],
    [{ input: [{ type: 'function_call_output', output: 'x' }] }, 'input[0].call_id'],
    [{ instructions: ['x'] }, 'instructions'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ text: { format: { type: 'xml' } } }, 'text.format.type'],
    [{ text: { format: { type: 'json_schema', name: 'n' } } }, 'text.format.schema'],
    [{ tools: [{ type: 'function' }] }, 'tools[0].name'],
    [{ tool_choice: 'sometimes' }, 'tool_choice'],
    [{ tool_choice: { type: 'function' } }, 'tool_choice.name'],
    [{ metadata: 'x' }, 'metadata'],
  ];
  for (const [body, param] of rows) assert.equal(refused(body), param, JSON.stringify(body));
});
