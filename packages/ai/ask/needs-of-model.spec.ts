import assert from 'node:assert/strict';
import type { JsonObject } from '#kernel/json.ts';
import { describe, test } from '#testkit/test.ts';
import type { Asked } from '../asked.ts';
import type { FrontFormatName } from '../format.ts';
import { formatTable } from '../formats/format-table.ts';

function askedIn(format: FrontFormatName): (fields: JsonObject) => Asked {
  const plain: Readonly<Partial<Record<FrontFormatName, JsonObject>>> = {
    'openai-chat': { model: 'm', messages: [{ role: 'user', content: 'hi' }] },
    'openai-responses': { model: 'm', input: 'hi' },
    'anthropic-messages': { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] },
  };
  return (fields) => {
    const body = { ...plain[format], ...fields };
    const read = formatTable[format].server.ask(body, Buffer.byteLength(JSON.stringify(body)));
    assert.ok('asked' in read, JSON.stringify(read));
    return read.asked;
  };
}

const chat = askedIn('openai-chat');
const responses = askedIn('openai-responses');
const messages = askedIn('anthropic-messages');

const schema = { type: 'json_schema', name: 'n', schema: { type: 'object' } };
const wav = Buffer.from('RIFF$\0\0\0WAVEfmt ').toString('base64');
const pdf = `data:application/pdf;base64,${Buffer.from('%PDF-1.4').toString('base64')}`;
const png = 'data:image/png;base64,iVBORw0KGgo=';

test('a request of text alone asks for nothing in particular', () => {
  for (const ask of [chat, responses, messages]) {
    const { modalities, capabilities, hasSealedThoughts } = ask({});
    assert.deepEqual([modalities, capabilities, hasSealedThoughts], [undefined, undefined, undefined]);
  }
});

describe('what the prompt holds beside text', () => {
  const parts = (content: unknown) => ({ messages: [{ role: 'user', content }] });

  test('in chat', () => {
    const image = { type: 'image_url', image_url: { url: png } };
    const sound = { type: 'input_audio', input_audio: { data: wav, format: 'wav' } };
    const file = { type: 'file', file: { file_data: pdf } };
    assert.deepEqual(chat(parts([image])).modalities, ['image']);
    assert.deepEqual(chat(parts([file, sound, image])).modalities, ['image', 'audio', 'file']);
  });

  test('in responses, in the result of a tool as well', () => {
    const picture = { type: 'input_image', image_url: png };
    const input = [{ type: 'function_call_output', call_id: 'c', output: [picture] }];
    assert.deepEqual(responses({ input }).modalities, ['image']);
    const file = { type: 'input_file', file_data: pdf };
    assert.deepEqual(responses({ input: [{ role: 'user', content: [file] }] }).modalities, ['file']);
  });

  test('in messages, where a document of text is text', () => {
    const source = { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0xLjQ=' };
    assert.deepEqual(messages(parts([{ type: 'document', source }])).modalities, ['file']);
    const text = { type: 'text', media_type: 'text/plain', data: 'hi' };
    assert.equal(messages(parts([{ type: 'document', source: text }])).modalities, undefined);
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } };
    const result = { type: 'tool_result', tool_use_id: 't', content: [image] };
    assert.deepEqual(messages(parts([result])).modalities, ['image']);
  });
});

describe('what a model must be able to do', () => {
  test('in chat', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const all = chat({
      ...{ tools, response_format: { type: 'json_schema', json_schema: schema } },
      ...{ reasoning_effort: 'low', web_search_options: {} },
    });
    assert.deepEqual(all.capabilities, ['tools', 'structured_output', 'reasoning', 'web_search']);
    const none = { tools: [], response_format: { type: 'json_object' }, reasoning_effort: 'none' };
    assert.equal(chat(none).capabilities, undefined);
    assert.deepEqual(chat({ reasoning: { max_tokens: 100 } }).capabilities, ['reasoning']);
    assert.equal(chat({ reasoning: { enabled: false, effort: 'high' } }).capabilities, undefined);
  });

  test('in responses', () => {
    const tools = [{ type: 'function', name: 'f', parameters: {} }];
    const all = responses({
      ...{ tools: [...tools, { type: 'web_search' }], max_tool_calls: 1 },
      ...{ text: { format: schema }, reasoning: { effort: 'high' } },
    });
    assert.deepEqual(all.capabilities, ['tools', 'structured_output', 'reasoning', 'web_search']);
    assert.deepEqual(responses({ tools: [{ type: 'web_search' }] }).capabilities, ['web_search']);
    assert.equal(
      responses({ text: { format: { type: 'text' } }, reasoning: { summary: 'auto' } }).capabilities,
      undefined,
    );
  });

  test('in messages', () => {
    const tools = [{ name: 'f', input_schema: {} }];
    const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 1 };
    const all = messages({
      ...{ tools: [...tools, search], thinking: { type: 'adaptive' } },
      output_config: { format: { type: 'json_schema', schema: {} } },
    });
    assert.deepEqual(all.capabilities, ['tools', 'structured_output', 'reasoning', 'web_search']);
    assert.deepEqual(messages({ tools: [search] }).capabilities, ['web_search']);
    assert.equal(
      messages({ thinking: { type: 'disabled' }, output_config: { effort: 'low' } }).capabilities,
      undefined,
    );
  });
});

describe('thoughts that only their account can read', () => {
  test('are asked for, or carried', () => {
    const past = (block: object) => ({
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: [block, { type: 'text', text: 'a' }] },
        { role: 'user', content: 'so' },
      ],
    });
    const sealed = [
      responses({ include: ['reasoning.encrypted_content'] }),
      responses({
        input: [
          { role: 'user', content: 'hi' },
          { type: 'reasoning', summary: [], encrypted_content: 'x' },
        ],
      }),
      messages({ thinking: { type: 'enabled', budget_tokens: 1_024 } }),
      messages(past({ type: 'thinking', thinking: 't', signature: 's' })),
      messages(past({ type: 'redacted_thinking', data: 'd' })),
      chat({
        messages: [
          { role: 'assistant', content: 'a', reasoning_details: [{ type: 'reasoning.encrypted', data: 'd' }] },
        ],
      }),
      chat({ reasoning: { effort: 'high' } }),
    ];
    for (const [at, { hasSealedThoughts }] of sealed.entries()) assert.equal(hasSealedThoughts, true, String(at));
  });

  test('are not those that anybody can read', () => {
    const open = [
      responses({ include: ['message.output_text.logprobs'], reasoning: { effort: 'high' } }),
      responses({
        input: [
          { role: 'user', content: 'hi' },
          { type: 'reasoning', summary: [] },
        ],
      }),
      chat({ messages: [{ role: 'assistant', content: 'a', reasoning_content: 'open' }], reasoning_effort: 'high' }),
      chat({
        messages: [{ role: 'assistant', content: 'a', reasoning_details: [{ type: 'reasoning.text', text: 't' }] }],
      }),
    ];
    for (const [at, { hasSealedThoughts }] of open.entries()) assert.equal(hasSealedThoughts, undefined, String(at));
  });
});
