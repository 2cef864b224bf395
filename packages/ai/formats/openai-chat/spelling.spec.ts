import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { spellingProblem } from '../../ask/field-spelling.ts';
import { askChat } from './ask.ts';
import { requestFields } from './request-fields.ts';

const request = { model: 'm', messages: [{ role: 'user', content: 'hi' }], max_tokens: 1 };

test('a field that decides what a request may cost is refused in other letters than its own', () => {
  // Of the last ones, two fold to max_tokens with a Kelvin sign and with a long s, and two to prediction by Java's rules.
  for (const field of [
    'MAX_TOKENS',
    'Max_Tokens',
    'maxTokens',
    'max-tokens',
    '__max__tokens__',
    'Model',
    'N',
    'Stream',
    'Tools',
    'max_to\u212Aens',
    'max_token\u017F',
    'pred\u0131ction',
    'pred\u0130ction',
  ]) {
    const parsed = askChat({ ...request, [field]: 100_000 }, 1_000);
    assert.ok('refusal' in parsed, field);
    assert.deepEqual([parsed.refusal.code, parsed.refusal.param], ['invalid_request', field]);
  }
});

test('so is one further in, by its path, with or without the field itself beside it', () => {
  const text = { type: 'text', text: 'hi' };
  const cases: readonly (readonly [body: Record<string, unknown>, param: string])[] = [
    [{ messages: [{ role: 'user', Content: 'hi' }] }, 'messages[0].Content'],
    [
      { messages: [request, { role: 'user', content: [text, { ...text, Type: 'image_url' }] }] },
      'messages[1].content[1].Type',
    ],
    [{ messages: [{ role: 'user', content: [{ Type: 'text' }] }] }, 'messages[0].content[0].Type'],
    [{ messages: [{ role: 'user', content: [{ ...text, Image_URL: {} }] }] }, 'messages[0].content[0].Image_URL'],
    [{ messages: [{ role: 'user', content: [{ ...text, inputAudio: {} }] }] }, 'messages[0].content[0].inputAudio'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'a', URL: 'b' } }] }] },
      'messages[0].content[0].image_url.URL',
    ],
    [{ messages: [{ role: 'assistant', AUDIO: { id: 'a' } }] }, 'messages[0].AUDIO'],
    [
      { messages: [{ role: 'assistant', tool_calls: [{ id: 'c', Function: {} }] }] },
      'messages[0].tool_calls[0].Function',
    ],
    [
      { messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'f', Arguments: '' } }] }] },
      'messages[0].tool_calls[0].function.Arguments',
    ],
    [{ tools: [{ type: 'function', Type: 'web_search' }] }, 'tools[0].Type'],
    [{ tools: [{ type: 'function', function: { name: 'f', Parameters: {} } }] }, 'tools[0].function.Parameters'],
    [{ tool_choice: { type: 'function', function: { Name: 'f' } } }, 'tool_choice.function.Name'],
    [{ stream_options: { Include_Usage: false } }, 'stream_options.Include_Usage'],
    [{ response_format: { type: 'json_schema', json_schema: { Schema: {} } } }, 'response_format.json_schema.Schema'],
    [{ functions: [{ name: 'f', parameter\u017F: {} }] }, 'functions[0].parameter\u017F'],
  ];
  for (const [body, param] of cases) {
    const refusal = spellingProblem({ ...request, ...body }, requestFields);
    assert.deepEqual([refusal?.code, refusal?.param], ['invalid_request', param]);
  }
});

test('the fields themselves, and what the gateway does not read, may be written as they like', () => {
  assert.equal(spellingProblem({ ...request, topK: 1, SEED: 2, metadata: { Model: 'x' } }, requestFields), undefined);
});

test('what a client gives a shape of its own may have any names in it', () => {
  const schema = { type: 'object', properties: { name: {}, Name: {}, type: {}, Type: {} }, Type: 'x' };
  const body = {
    ...request,
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral' } }], name: 'Ada' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c', content: '{"Type":1}' },
    ],
    tools: [{ type: 'function', function: { name: 'f', description: 'F', strict: true, parameters: schema } }],
    response_format: { type: 'json_schema', json_schema: { name: 'n', schema } },
    metadata: { type: '1', Type: '2' },
    logit_bias: { 1: 1 },
    chat_template_kwargs: { Messages: [] },
  };
  assert.equal(spellingProblem(body, requestFields), undefined);
});

test('values of another type than expected are passed over: the shape is checked elsewhere', () => {
  for (const value of [null, 'x', 1, [], [null, 1, ['x', { Type: 1 }]]]) {
    const names = ['messages', 'tools', 'tool_choice', 'stream_options', 'response_format', 'functions'];
    for (const name of names)
      assert.equal(spellingProblem({ model: 'm', [name]: value }, requestFields), undefined, name);
  }
});
