import assert from 'node:assert/strict';
import { Fault } from '#errors/fault.ts';
import { describe, test } from '#testkit/test.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { decodeMessagesRequest } from './decode.ts';

const base = { model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'x' }] };
const decode = (fields: object) => decodeMessagesRequest({ ...base, ...fields });
const content = (blocks: unknown, role = 'user') =>
  decode({ messages: [{ role, content: blocks }] }).messages[0]?.content;
const faultAt = (param: string) => (thrown: unknown) => thrown instanceof Fault && thrown.refusal.param === param;

describe('a request is read', () => {
  test('with the system in front, as a text or as blocks, and in the middle where it stands there', () => {
    const { messages } = decode({
      system: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }],
      messages: [
        { role: 'user', content: 'x' },
        { role: 'system', content: 'b' },
      ],
    });
    assert.deepEqual(messages, [
      {
        role: 'system',
        spelling: 'system',
        content: [{ type: 'text', text: 'a', cacheMark: '{"type":"ephemeral"}' }],
        at: 'system',
      },
      { role: 'user', content: [{ type: 'text', text: 'x' }], at: 'messages[0]' },
      { role: 'system', spelling: 'system', content: [{ type: 'text', text: 'b' }], at: 'messages[1]' },
    ]);
    assert.equal(decode({ system: 'a' }).messages[0]?.role, 'system');
  });

  test('with the digits that the client wrote', () => {
    const body = parseObjectKeptDigits(
      `{"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f",
      "input":{"id":1234567890123456789}}]}],"tools":[{"name":"f","input_schema":{"type":"object","maximum":9223372036854775807}}]}`,
    );
    assert.ok(body);
    const { messages, tools } = decodeMessagesRequest(body);
    assert.deepEqual(messages[0]?.content, [
      { type: 'tool-call', id: 't', name: 'f', kind: 'function', input: '{"id":1234567890123456789}' },
    ]);
    assert.deepEqual(tools, [
      { kind: 'function', name: 'f', schema: '{"type":"object","maximum":9223372036854775807}' },
    ]);
  });

  test('with the results of tools before all else', () => {
    const blocks = [
      { type: 'text', text: 'x' },
      { type: 'tool_result', tool_use_id: 'a', content: 'r', is_error: true },
      { type: 'tool_result', tool_use_id: 'b', content: [{ type: 'tool_reference', tool_name: 'f' }] },
      { type: 'tool_result', tool_use_id: 'c' },
    ];
    assert.deepEqual(content(blocks), [
      { type: 'tool-result', callId: 'a', kind: 'function', content: [{ type: 'text', text: 'r' }], isError: true },
      {
        type: 'tool-result',
        callId: 'b',
        kind: 'function',
        content: [
          {
            type: 'foreign',
            format: 'anthropic-messages',
            what: 'tool_reference',
            json: '{"type":"tool_reference","tool_name":"f"}',
          },
        ],
      },
      { type: 'tool-result', callId: 'c', kind: 'function', content: [] },
      { type: 'text', text: 'x' },
    ]);
  });

  test('with thoughts and their proofs, also those that are carried for other formats, but for the empty ones', () => {
    const blocks = [
      { type: 'thinking', thinking: 'a', signature: 's' },
      { type: 'thinking', thinking: 'b', signature: '' },
      { type: 'redacted_thinking', data: 'd' },
      { type: 'thinking', thinking: '', signature: 'gateway-proof:openai-responses:encrypted:rs%3A1:a:b' },
    ];
    assert.deepEqual(content(blocks, 'assistant'), [
      { type: 'reasoning', text: 'a', proof: { format: 'anthropic-messages', kind: 'signature', value: 's' } },
      { type: 'reasoning', text: 'b' },
      { type: 'reasoning', text: '', proof: { format: 'anthropic-messages', kind: 'redacted', value: 'd' } },
      {
        type: 'reasoning',
        text: '',
        proof: { format: 'openai-responses', kind: 'encrypted', value: 'a:b' },
        id: 'rs:1',
      },
    ]);
  });

  test('with blocks that only Anthropic knows as they are', () => {
    const block = { type: 'web_search_tool_result', tool_use_id: 's', content: [] };
    assert.deepEqual(content([block], 'assistant'), [
      { type: 'foreign', format: 'anthropic-messages', what: block.type, json: JSON.stringify(block) },
    ]);
  });

  test('with documents in all their forms', () => {
    const source = (value: object) => content([{ type: 'document', source: value, title: 't' }])?.[0];
    assert.deepEqual(
      source({
        type: 'content',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      }),
      {
        type: 'file',
        source: { kind: 'text', mediaType: 'text/plain', text: 'a\n\nb' },
        fileName: 't',
      },
    );
    assert.equal(source({ type: 'content', content: [{ type: 'image' }] })?.type, 'foreign');
    assert.deepEqual(source({ type: 'url', url: 'https://x/a.pdf' }), {
      type: 'file',
      source: { kind: 'url', url: 'https://x/a.pdf' },
      fileName: 't',
    });
  });

  test('with its settings and what it calls them', () => {
    const { settings, spelling } = decode({
      thinking: { type: 'enabled', budget_tokens: 2_000, display: 'summarized' },
      output_config: { effort: 'high', format: { type: 'json_schema', schema: { type: 'object' } } },
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      speed: 'fast',
      metadata: { user_id: 'u' },
    });
    assert.deepEqual(settings.reasoning, { effort: 'high', budgetTokens: 2_000, mode: 'enabled', summary: 'auto' });
    assert.deepEqual(settings.outputForm, {
      kind: 'schema',
      name: 'answer',
      schema: '{"type":"object"}',
      isStrict: true,
    });
    assert.deepEqual(settings.toolChoice, { kind: 'required' });
    assert.equal(settings.isParallelToolUse, false);
    assert.equal(settings.serviceTier, 'fast');
    assert.equal(settings.endUser, 'u');
    assert.equal(spelling.serviceTier, 'speed');
    assert.equal(spelling.reasoning, 'thinking');
  });

  test('with tools of the API itself as hosted ones', () => {
    const { tools } = decode({ tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 2 }] });
    assert.deepEqual(tools, [
      {
        kind: 'hosted',
        meaning: 'web_search',
        format: 'anthropic-messages',
        what: 'web_search_20250305',
        json: '{"type":"web_search_20250305","name":"web_search","max_uses":2}',
      },
    ]);
  });

  test('with the fields that have no meaning elsewhere by their names, but for those that change nothing', () => {
    const { others } = decode({
      container: 'c',
      diagnostics: { previous_message_id: 'm' },
      inference_geo: 'global',
      context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] },
      mcp_servers: null,
    });
    assert.deepEqual([...others], [['container', '"c"']]);
  });
});

test('what is no request of Messages is refused by the field', () => {
  const wrong: readonly (readonly [object, string])[] = [
    [{ messages: 'x' }, 'messages'],
    [{ messages: [1] }, 'messages[0]'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{}] }] }, 'messages[0].content[0]'],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [{ messages: [{ role: 'user', content: [{ type: 'image' }] }] }, 'messages[0].content[0].source'],
    [{ messages: [{ role: 'user', content: [{ type: 'tool_result' }] }] }, 'messages[0].content[0].tool_use_id'],
    [{ tools: [{ name: 'f' }] }, 'tools[0].input_schema'],
    [{ tools: [{ input_schema: {} }] }, 'tools[0].name'],
    [{ tool_choice: { type: 'some' } }, 'tool_choice'],
    [{ temperature: 'hot' }, 'temperature'],
    [{ output_config: { format: { type: 'xml' } } }, 'output_config.format'],
  ];
  for (const [fields, param] of wrong) assert.throws(() => decode(fields), faultAt(param), param);
});
