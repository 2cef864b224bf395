import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { signatureOf } from './proof.ts';
import { post, simulatorFor } from './testing.ts';

const NEWEST_VERSION = '2026-10-21';

const small = { model: 'claude-haiku-4-5', max_tokens: 2_000, messages: [{ role: 'user', content: 'Hi' }] };
const use = { type: 'tool_use', id: 't1', name: 'f', input: {} };
const result = { type: 'tool_result', tool_use_id: 't1', content: 'x' };
const tool = { name: 'f', input_schema: { type: 'object' } };
const thinking = { type: 'enabled', budget_tokens: 1_024 };
const marked = { type: 'text', text: 'x', cache_control: { type: 'ephemeral' } };

function talk(...contents: readonly unknown[]) {
  return { messages: contents.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content })) };
}

function answerIn(schema: object) {
  return { output_config: { format: { type: 'json_schema', schema } } };
}

const refused: readonly [string, object, RegExp][] = [
  ['an unknown field', { stop: ['x'] }, /^stop: Extra inputs are not permitted/],
  ['an unknown field of a message', { messages: [{ role: 'user', content: 'x', name: 'Ada' }] }, /0\.name: Extra/],
  ['an unknown field of a block', talk([{ type: 'text', text: 'x', id: 1 }]), /content\.0\.id: Extra/],
  ['a field that wants a beta', { context_management: {} }, /context_management: Extra/],
  ['a role of another API', { messages: [{ role: 'tool', content: 'x' }] }, /role/],
  ['white space alone', talk([{ type: 'text', text: ' \n' }]), /must contain non-whitespace text/],
  ['white space as a whole message', talk('\n'), /must contain non-whitespace text/],
  ['white space in its system prompt', { system: [{ type: 'text', text: ' ' }] }, /must contain non-whitespace/],
  ['white space at the end of a prefill', talk('x', 'It is '), /cannot end with trailing whitespace/],
  ['a prefill for a model without', { model: 'claude-opus-4-6', ...talk('x', 'It is') }, /assistant message prefill/],
  ['an id of another provider', talk('x', [{ ...use, id: 'functions.f:0' }]), /content\.0\.id: String should match/],
  ['a result behind a text', talk('x', [use], [{ type: 'text', text: 'y' }, result]), /without `tool_result`/],
  ['the same call twice', talk('x', [use], [result], [use], [result]), /ids must be unique/],
  ['two results for a call', talk('x', [use], [result, result]), /single result/],
  ['a tool name with a dot', { tools: [{ ...tool, name: 'a.b' }] }, /tools\.0\.name: String should match/],
  ['a tool name twice', { tools: [tool, tool] }, /must be unique/],
  ['a schema of no object', { tools: [{ name: 'f', input_schema: {} }] }, /input_schema\.type: Field required/],
  ['a choice without tools', { tool_choice: { type: 'any' } }, /while providing tools/],
  ['a choice of another tool', { tools: [tool], tool_choice: { type: 'tool', name: 'g' } }, /'g' not found/],
  ['an e-mail address', { metadata: { user_id: 'ada@example.com' } }, /email address/],
  ['a telephone number', { metadata: { user_id: '+44 20 7946 0000' } }, /phone number/],
  ['more output than the model has', { max_tokens: 64_001 }, /64001 > 64000/],
  ['two ways to sample', { temperature: 0.5, top_p: 0.5 }, /cannot both be specified/],
  ['an empty stop sequence', { stop_sequences: [' '] }, /must contain non-whitespace/],
  [
    'an image of an unknown type',
    talk([{ type: 'image', source: { type: 'base64', media_type: 'image/jpg', data: 'AAAA' } }]),
    /media_type: Input should be 'image\/jpeg'/,
  ],
  [
    'too little to think with',
    { thinking: { type: 'enabled', budget_tokens: 1_000 } },
    /greater than or equal to 1024/,
  ],
  ['more thinking than output', { thinking: { ...thinking, budget_tokens: 2_000 } }, /must be greater than/],
  ['thinking and a temperature', { thinking, temperature: 0.5 }, /may only be set to 1/],
  ['thinking and a forced tool', { thinking, tools: [tool], tool_choice: { type: 'any' } }, /forces tool use/],
  ['thinking after a tool', { thinking, tools: [tool], ...talk('x', [use], [result]) }, /but found `tool_use`/],
  ['thinking and a prefill', { thinking, ...talk('x', 'It is') }, /but found `text`/],
  [
    'thoughts that nobody signed',
    talk(
      'x',
      [
        { type: 'thinking', thinking: 'Hm.', signature: 'AAAA' },
        { type: 'text', text: 'y' },
      ],
      'z',
    ),
    /Invalid `signature`/,
  ],
  ['five marks for the cache', talk([marked, marked, marked, marked, marked]), /maximum of 4 blocks/],
  ['an open schema', answerIn({ type: 'object', properties: {} }), /additionalProperties/],
  [
    'a bound in a schema',
    answerIn({
      type: 'object',
      properties: { age: { type: 'integer', minimum: 1 } },
      required: ['age'],
      additionalProperties: false,
    }),
    /minimum are not supported/,
  ],
];

for (const [what, change, message] of refused) {
  test(`a request for a message with ${what} is refused as the API does`, async (context) => {
    const url = await simulatorFor(context);
    const response = await post(url, '/v1/messages', { ...small, ...change });
    const { type, error } = (await response.json()) as { type: string; error: { type: string; message: string } };
    assert.deepEqual([response.status, type, error.type], [400, 'error', 'invalid_request_error']);
    assert.match(error.message, message);
  });
}

const signed = { type: 'thinking', thinking: 'Hm.', signature: signatureOf('Hm.') };

const taken: readonly [string, object][] = [
  [
    'system messages on the way',
    {
      messages: [
        { role: 'user', content: 'x' },
        { role: 'system', content: 'Be kind.' },
      ],
    },
  ],
  [
    'results in two messages of one turn',
    talk('x', [use, { ...use, id: 't2' }], [result, { ...result, tool_use_id: 't2' }]),
  ],
  ['thoughts as they were signed', { thinking, tools: [tool], ...talk('x', [signed, use], [result]) }],
  [
    'adaptive thinking and a forced tool',
    { thinking: { type: 'adaptive' }, tools: [tool], tool_choice: { type: 'any' } },
  ],
  ['a server tool', { tools: [{ type: 'web_search_20260318', name: 'web_search' }] }],
  [
    'an image in a result',
    talk('x', [use], [{ ...result, content: [{ type: 'image', source: { type: 'url', url: 'https://x/y.png' } }] }]),
  ],
  ['a mark for an hour', { cache_control: { type: 'ephemeral', ttl: '1h' } }],
];

for (const [what, change] of taken) {
  test(`a request for a message with ${what} is taken`, async (context) => {
    const url = await simulatorFor(context);
    const response = await post(url, '/v1/messages', { ...small, ...change });
    assert.equal(response.status, 200, await response.clone().text());
  });
}

test('a field of a beta is taken with the header of one', async (context) => {
  const url = await simulatorFor(context);
  const headers = { 'anthropic-beta': 'context-management-2025-06-27' };
  const response = await post(url, '/v1/messages?beta=true', { ...small, context_management: {} }, headers);
  assert.equal(response.status, 200);
});

for (const [field, value] of Object.entries({ temperature: 1, top_p: 1, top_k: 5 })) {
  test(`${field} is taken by the first API version and refused by the newest`, async (context) => {
    const url = await simulatorFor(context);
    const ask = (version: string) =>
      post(url, '/v1/messages', { ...small, [field]: value }, { 'anthropic-version': version });
    assert.equal((await ask('2023-06-01')).status, 200);
    assert.equal((await ask(NEWEST_VERSION)).status, 400);
  });
}

test('tokens are counted without an answer, and the request is checked as if it were answered', async (context) => {
  const url = await simulatorFor(context);
  const { max_tokens: _, ...counted } = small;
  const response = await post(url, '/v1/messages/count_tokens', counted);
  assert.deepEqual(await response.json(), { input_tokens: 5 });
  assert.equal((await post(url, '/v1/messages/count_tokens', { ...counted, messages: [] })).status, 400);
  assert.equal((await post(url, '/v1/messages/count_tokens', small)).status, 400);
});
