import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import type { ChatRequest } from '../../chat/chat-request.ts';
import type { AssistantPart, UserPart } from '../../chat/content.ts';
import { NoPlace, type Target } from '../../format.ts';
import { encodeChat } from './encode.ts';
import { openAiRules, testTarget } from './testing.ts';

const empty: ChatRequest = {
  messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }], at: 'messages[0]' }],
  tools: [],
  settings: {},
  others: new Map(),
  spelling: {},
};

function encode(request: Partial<ChatRequest>, target: Partial<Target> = {}) {
  const { body, dropped, notes } = encodeChat({ ...empty, ...request }, testTarget(target));
  return { document: JSON.parse(body), body, dropped, notes };
}

const fromUser = (...content: UserPart[]) => ({ messages: [{ role: 'user' as const, content, at: 'messages[0]' }] });
const fromModel = (...content: AssistantPart[]) => ({
  messages: [{ role: 'assistant' as const, content, at: 'messages[0]' }],
});

/** The request has no place, and where that is wished it is left out and told. */
function assertUnplaced(request: Partial<ChatRequest>, what: string, told = what, target: Partial<Target> = {}): void {
  assert.throws(
    () => encode(request, target),
    (thrown) => thrown instanceof NoPlace && thrown.what === what,
    what,
  );
  assert.deepEqual(encode(request, { ...target, dropsUnplaced: true }).dropped, [told]);
}

describe('a request for a provider of chat', () => {
  test('has its model, the admitted bound by the provider’s name for it, and the wish for usage', () => {
    assert.deepEqual(encode({}).document, {
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      max_completion_tokens: 500,
    });
    const rules = { ...openAiRules, maxTokensField: 'max_tokens' as const };
    assert.deepEqual(encode({}, { rules, stream: true }).document, {
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      max_tokens: 500,
      stream: true,
      stream_options: { include_usage: true },
    });
    const silent = { ...openAiRules, takesStreamOptions: false };
    assert.equal(encode({}, { rules: silent, stream: true }).document.stream_options, undefined);
  });

  test('says system where hardly anyone knows developers', () => {
    const messages = [
      { role: 'system', spelling: 'developer', content: [{ type: 'text', text: 's' }], at: '' },
    ] as const;
    assert.deepEqual(encode({ messages }).document.messages, [{ role: 'system', content: 's' }]);
    const rules = { ...openAiRules, takesNewest: true };
    assert.deepEqual(encode({ messages }, { rules }).document.messages, [{ role: 'developer', content: 's' }]);
  });

  test('has results of tools in messages of their own, and their pictures in the user’s', () => {
    const image = { type: 'image', source: { kind: 'url', url: 'https://a.example/b' } } as const;
    const shot = { type: 'text', text: 'shot' } as const;
    const result: UserPart = { type: 'tool-result', callId: 'c', kind: 'function', content: [shot, image] };
    const { messages } = encode(fromUser(result, { type: 'text', text: 'next' })).document;
    assert.deepEqual([messages[0].role, messages[0].tool_call_id, messages[0].content[0]], ['tool', 'c', shot]);
    assert.deepEqual([messages[1].role, messages[1].content.length], ['user', 3]);
    assert.deepEqual(messages[1].content[1].image_url, { url: 'https://a.example/b' });
    assert.equal(messages[1].content[2].text, 'next');
  });

  test('keeps the digits of schemas and arguments', () => {
    const input = '{"id": 1234567890123456789, "e": 1e400}';
    const call = { type: 'tool-call', id: 'c', name: 'f', kind: 'function', input } as const;
    assert.equal(encode(fromModel(call)).document.messages[0].tool_calls[0].function.arguments, input);
    const tools = [{ kind: 'function', name: 'f', schema: '{"maximum":9223372036854775807}' }] as const;
    assert.match(
      encode({ tools, settings: { seed: '9007199254740993' } }).body,
      /"maximum":9223372036854775807.*"seed":9007199254740993/,
    );
  });

  test('wraps a custom tool as a function where the provider has none, and says so to the reader', () => {
    const grammar = '{"type":"grammar","syntax":"lark","definition":"start: /a/"}';
    const tools = [{ kind: 'custom', name: 'patch', grammar }] as const;
    const call = { type: 'tool-call', id: 'c', name: 'patch', kind: 'custom', input: 'a"b' } as const;
    const settings = { toolChoice: { kind: 'tool', name: 'patch', toolKind: 'custom' } } as const;
    const { document, notes } = encode({ ...fromModel(call), tools, settings });
    assert.deepEqual(document.tools[0].function.parameters.required, ['input']);
    assert.match(document.tools[0].function.parameters.properties.input.description, /start: \/a\//);
    assert.deepEqual(document.messages[0].tool_calls[0].function, { name: 'patch', arguments: '{"input":"a\\"b"}' });
    assert.deepEqual(document.tool_choice, { type: 'function', function: { name: 'patch' } });
    assert.deepEqual([...(notes.wrappedTools ?? [])], ['patch']);
  });

  test('has names and ids of tools that OpenAI takes, the same for a call and its result', () => {
    const long = `mcp__server.with/odd ${'x'.repeat(60)}`;
    const id = `toolu_${'y'.repeat(60)}`;
    const { document, notes } = encode({
      tools: [{ kind: 'function', name: long, schema: undefined }],
      messages: [
        { role: 'assistant', content: [{ type: 'tool-call', id, name: long, kind: 'function', input: '' }], at: '' },
        { role: 'user', content: [{ type: 'tool-result', callId: id, kind: 'function', content: [] }], at: '' },
      ],
    });
    const [{ function: offered }] = document.tools;
    const [called, result] = document.messages;
    assert.match(offered.name, /^[a-zA-Z0-9_-]{1,64}$/);
    assert.equal(called.tool_calls[0].function.name, offered.name);
    assert.equal(called.tool_calls[0].function.arguments, '{}');
    assert.ok(called.tool_calls[0].id.length <= 40 && called.tool_calls[0].id === result.tool_call_id);
    assert.equal(result.content, '');
    assert.equal(notes.toolNames?.get(offered.name), long);
  });

  test('has earlier thoughts where the provider takes them', () => {
    const thoughts = fromModel({ type: 'reasoning', text: 'hm' }, { type: 'text', text: 'a' });
    assert.deepEqual(encode(thoughts).document.messages, [{ role: 'assistant', content: 'a' }]);
    const rules = { ...openAiRules, reasoningField: 'reasoning' as const };
    assert.deepEqual(encode(thoughts, { rules }).document.messages, [
      { role: 'assistant', content: 'a', reasoning: 'hm' },
    ]);
  });

  test('names an effort for a budget of thoughts, and no reasoning for none', () => {
    const effort = (budgetTokens: number) =>
      encode({ settings: { reasoning: { budgetTokens } } }).document.reasoning_effort;
    assert.deepEqual([effort(1_024), effort(8_000), effort(32_000)], ['low', 'medium', 'high']);
    assert.equal(encode({ settings: { reasoning: { mode: 'adaptive' } } }).document.reasoning_effort, undefined);
  });

  test('calls fields by the provider’s names', () => {
    const rules = { ...openAiRules, renamed: { seed: 'random_seed', max_completion_tokens: 'x' } };
    const { document } = encode({ settings: { seed: '7' } }, { rules });
    assert.deepEqual([document.random_seed, document.max_completion_tokens], [7, 500]);
  });
});

describe('what has no place at a provider of chat', () => {
  test('is refused by its name, or left out and told by the client’s', () => {
    assertUnplaced({ settings: { topK: 5 }, spelling: { topK: 'top_k' } }, 'topK', 'top_k');
    assertUnplaced({ settings: { logprobs: true } }, 'logprobs');
    assertUnplaced(
      { settings: { serviceTier: 'reserved' }, spelling: { serviceTier: 'service_tier' } },
      'serviceTier',
      'service_tier',
    );
    assertUnplaced({ others: new Map([['context_management', '{}']]) }, 'context_management');
    const hosted = {
      kind: 'hosted',
      meaning: 'web_search',
      format: 'anthropic-messages',
      what: 'tools[0]',
      json: '{}',
    } as const;
    assertUnplaced({ tools: [hosted] }, 'tools[0]');
    const image = { type: 'image', source: { kind: 'file', fileId: 'f' } } as const;
    const text = { type: 'text', text: 'hi' } as const;
    assertUnplaced(fromUser(text, image), 'messages[0].content[1]');
    const foreign = {
      type: 'foreign',
      format: 'anthropic-messages',
      what: 'messages[0].content[1]',
      json: '{}',
    } as const;
    assertUnplaced(fromUser(text, foreign), 'messages[0].content[1]');
    const file = { type: 'file', source: { kind: 'url', url: 'https://a.example/b.pdf' } } as const;
    assertUnplaced(fromUser(text, file), 'messages[0].content[1]');
    const allowed = { toolChoice: { kind: 'allowed', mode: 'auto', names: ['f'] } } as const;
    assertUnplaced({ settings: allowed }, 'toolChoice');
    const rules = { ...openAiRules, refused: ['seed'] };
    assertUnplaced({ settings: { seed: '7' } }, 'seed', 'seed', { rules });
  });

  test('is passed over where the README says so: metadata, marks of Anthropic’s, a length', () => {
    const settings = {
      metadata: '{"a":"b"}',
      cacheMark: '{"type":"ephemeral"}',
      promptCacheKey: 'k',
      verbosity: 'low',
    };
    const { document, dropped } = encode({ settings });
    assert.deepEqual(Object.keys(document), ['model', 'messages', 'max_completion_tokens']);
    assert.deepEqual(dropped, ['verbosity']);
    const marked = { type: 'text', text: 'hi', cacheMark: '{"type":"ephemeral"}' } as const;
    assert.deepEqual(encode(fromUser(marked)).document.messages, [{ role: 'user', content: 'hi' }]);
  });
});
