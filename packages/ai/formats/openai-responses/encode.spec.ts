import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import type { ChatRequest, ChatSettings } from '../../chat/chat-request.ts';
import type { ChatMessage } from '../../chat/content.ts';
import { NoPlace } from '../../format.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { anyRequest } from './any-request/testing.ts';
import { decodeResponses } from './decode.ts';
import { settingSpelling } from './decode-settings.ts';
import { encodeResponses } from './encode.ts';
import { rules, target } from './testing.ts';

const user: ChatMessage = { role: 'user', content: [{ type: 'text', text: 'Hi' }], at: 'messages[0]' };
const plain: ChatRequest = { messages: [user], tools: [], settings: {}, others: new Map(), spelling: {} };
const withSettings = (settings: ChatSettings): ChatRequest => ({ ...plain, settings });
const encoded = (request: ChatRequest, to = target) => JSON.parse(encodeResponses(request, to).body);

/** What has no place. */
function unplaced(request: ChatRequest): string {
  try {
    encodeResponses(request, target);
  } catch (thrown) {
    if (thrown instanceof NoPlace) return thrown.what;
    throw thrown;
  }
  return 'nothing';
}

test('a conversation that is written and read again loses nothing that has a place', () => {
  fc.assert(
    fc.property(anyRequest, (request) => {
      const { body, dropped } = encodeResponses(request, target);
      assert.deepEqual(dropped, []);
      const again = decodeResponses(parseObjectKeptDigits(body) ?? {});
      assert.deepEqual(withoutPlaces(again), withoutPlaces({ ...request, spelling: settingSpelling }));
    }),
    { numRuns: 500 },
  );
});

/** Where a message stood is the other request's own. */
function withoutPlaces(request: ChatRequest) {
  return { ...request, messages: request.messages.map((message) => ({ ...message, at: '' })) };
}

test('a request goes out with its bound, and the provider keeps nothing', () => {
  assert.deepEqual(encoded(plain), {
    model: 'gpt-5.6',
    input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }],
    max_output_tokens: 1_000,
    store: false,
  });
  assert.equal(encoded(plain, { ...target, stream: true }).stream, true);
});

test('digits of schemas and arguments stay as they are', () => {
  const schema = '{"type":"object","properties":{"n":{"const":12345678901234567890,"maximum":1e400}}}';
  const { body } = encodeResponses(
    {
      ...plain,
      tools: [{ kind: 'function', name: 'f', schema }],
      settings: { outputForm: { kind: 'schema', name: 'n', schema } },
    },
    target,
  );
  assert.equal(body.split(schema).length, 3);
});

test('a tool that says nothing of it is not strict', () => {
  const tools = encoded({ ...plain, tools: [{ kind: 'function', name: 'f', schema: undefined }] }).tools;
  assert.deepEqual(tools, [
    { type: 'function', name: 'f', parameters: { type: 'object', properties: {} }, strict: false },
  ]);
});

test('what Responses has no place for is refused by its name, or left out and told', () => {
  const rows: readonly (readonly [ChatSettings, string])[] = [
    [{ topK: 5 }, 'topK'],
    [{ stop: ['x'] }, 'stop'],
    [{ seed: '1' }, 'seed'],
    [{ presencePenalty: 1 }, 'presencePenalty'],
    [{ frequencyPenalty: 1 }, 'frequencyPenalty'],
    [{ logitBias: '{}' }, 'logitBias'],
    [{ choices: 2 }, 'choices'],
    [{ modalities: '["text","audio"]' }, 'modalities'],
    [{ audio: '{}' }, 'audio'],
    [{ prediction: '{}' }, 'prediction'],
    [{ logprobs: true, topLogprobs: 3 }, 'logprobs'],
    [{ serviceTier: 'on_demand' }, 'serviceTier'],
  ];
  for (const [settings, name] of rows) {
    const request = { ...withSettings(settings), spelling: { [name]: `client_${name}` } };
    assert.equal(unplaced(request), name);
    const { dropped, body } = encodeResponses(request, { ...target, dropsUnplaced: true });
    assert.deepEqual(dropped, [`client_${name}`]);
    assert.deepEqual(JSON.parse(body), encoded(plain));
  }
  assert.equal(unplaced({ ...plain, others: new Map([['mcp_servers', '[]']]) }), 'mcp_servers');
  assert.equal(unplaced({ ...plain, others: new Map([['store', 'true']]) }), 'nothing');
});

test('parts that only another format knows are refused where they stand', () => {
  const foreign = { type: 'foreign', format: 'anthropic-messages', what: 'server_tool_use', json: '{}' } as const;
  assert.equal(
    unplaced({ ...plain, messages: [user, { role: 'assistant', content: [foreign], at: 'messages[1]' }] }),
    'messages[1].content',
  );
  assert.equal(
    unplaced({
      ...plain,
      tools: [
        {
          kind: 'hosted',
          meaning: 'web_search',
          format: 'anthropic-messages',
          what: 'web_search_20250305',
          json: '{}',
        },
      ],
    }),
    'tools',
  );
});

test('thoughts go back with the proof that this format gave for them, and those of others stay behind', () => {
  const proof = (format: string) =>
    ({ format, kind: format === 'openai-responses' ? 'encrypted' : 'signature', value: 'gA' }) as const;
  const { input, include } = encoded({
    ...plain,
    settings: { reasoning: { effort: 'low' } },
    messages: [
      user,
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'one', proof: proof('anthropic-messages') },
          { type: 'reasoning', text: 'two', isSummary: true, id: 'rs_1' },
          { type: 'reasoning', text: 'three', isSummary: true, id: 'rs_1', proof: proof('openai-responses') },
          { type: 'reasoning', text: 'four' },
          { type: 'text', text: 'Hi' },
        ],
        at: 'messages[1]',
      },
      user,
    ],
  });
  assert.deepEqual(input[1], {
    type: 'reasoning',
    id: 'rs_1',
    summary: [
      { type: 'summary_text', text: 'two' },
      { type: 'summary_text', text: 'three' },
    ],
    encrypted_content: 'gA',
  });
  assert.equal(input.length, 4);
  assert.deepEqual(include, ['reasoning.encrypted_content']);
});

test('thinking by a budget is an effort, told in a summary, with its proof', () => {
  const thinking = encoded(withSettings({ reasoning: { mode: 'enabled', budgetTokens: 4_000 } }));
  assert.deepEqual(thinking.reasoning, { effort: 'medium', summary: 'auto' });
  assert.deepEqual(thinking.include, ['reasoning.encrypted_content']);
  assert.equal(encoded(withSettings({ reasoning: { mode: 'disabled' } })).reasoning, undefined);
  assert.equal(encoded(withSettings({ reasoning: { effort: 'low' } })).include, undefined);
});

test('ids of calls that are too long stay the same for a call and its result', () => {
  const id = 'x'.repeat(100);
  const { input } = encoded({
    ...plain,
    messages: [
      user,
      { role: 'assistant', content: [{ type: 'tool-call', id, name: 'f', kind: 'function', input: '{}' }], at: '' },
      { role: 'user', content: [{ type: 'tool-result', callId: id, kind: 'function', content: [] }], at: '' },
    ],
  });
  assert.equal(input[1].call_id, input[2].call_id);
  assert.ok(input[1].call_id.length <= 64);
});

test('names of tools that OpenAI does not take are changed alike everywhere, and noted', () => {
  const name = `files.${'x'.repeat(80)}`;
  const { body, notes } = encodeResponses(
    {
      ...plain,
      tools: [{ kind: 'function', name, schema: undefined }],
      settings: { toolChoice: { kind: 'tool', name, toolKind: 'function' } },
      messages: [
        user,
        { role: 'assistant', content: [{ type: 'tool-call', id: 'a', name, kind: 'function', input: '{}' }], at: '' },
      ],
    },
    target,
  );
  const { tools, tool_choice, input } = JSON.parse(body);
  assert.match(tools[0].name, /^[a-zA-Z0-9_-]{1,64}$/);
  assert.deepEqual([tool_choice.name, input[1].name], [tools[0].name, tools[0].name]);
  assert.equal(notes.toolNames?.get(tools[0].name), name);
});

test('fields that a provider names otherwise or refuses are named so or left out', () => {
  const request = withSettings({ verbosity: 'low', isParallelToolUse: true, temperature: 1 });
  const own = { ...rules, renamed: { max_output_tokens: 'max_tokens' }, refused: ['temperature'] };
  assert.throws(() => encodeResponses(request, { ...target, rules: own }), NoPlace);
  const { body, dropped } = encodeResponses(request, { ...target, rules: own, dropsUnplaced: true });
  assert.deepEqual(dropped, ['temperature']);
  assert.equal(JSON.parse(body).max_tokens, 1_000);
});
