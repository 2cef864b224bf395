import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import type { ChatRequest, ChatSettings, ChatTool } from '../../chat/chat-request.ts';
import type { ChatMessage } from '../../chat/content.ts';
import { NoPlace, type Target } from '../../format.ts';
import { encodeMessagesRequest } from './encode.ts';
import { chatRequest, NEWER_MODEL, testTarget, userSays } from './testing.ts';

const encodeWhole = (request: Partial<ChatRequest>, target: Partial<Target> = {}, messages = [userSays('x')]) =>
  encodeMessagesRequest(chatRequest(messages, request), testTarget(target));
const encode = (settings: ChatSettings, target: Partial<Target> = {}, request: Partial<ChatRequest> = {}) =>
  JSON.parse(encodeWhole({ settings, ...request }, target).body);
const lacks = (what: string) => (thrown: unknown) => thrown instanceof NoPlace && thrown.what === what;

const tool: ChatTool = { kind: 'function', name: 'f', schema: '{"type":"object"}' };
const afterCall: readonly ChatMessage[] = [
  userSays('x'),
  {
    role: 'assistant',
    content: [{ type: 'tool-call', id: 'c', name: 'f', kind: 'function', input: '{}' }],
    at: 'messages[1]',
  },
  {
    role: 'user',
    content: [{ type: 'tool-result', callId: 'c', kind: 'function', content: [{ type: 'text', text: 'r' }] }],
    at: 'messages[2]',
  },
];

test('a request has the model, the admitted bound and the stream', () => {
  assert.deepEqual(encode({}, { model: 'm', outputTokensMax: 77, stream: true }), {
    model: 'm',
    max_tokens: 77,
    stream: true,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }],
  });
});

describe('sampling', () => {
  test('goes to models that take it, with a temperature of at most 1', () => {
    assert.deepEqual(pick(encode({ temperature: 1.7, topP: 0.9, topK: 5 })), { temperature: 1, top_p: 0.9, top_k: 5 });
    assert.deepEqual(pick(encode({ temperature: 0 })), { temperature: 0 });
  });

  test('goes one by one to models that take temperature or top_p, where a default yields', () => {
    const model = 'claude-sonnet-4-5-20250929';
    assert.deepEqual(pick(encode({ temperature: 0.5, topP: 1 }, { model })), { temperature: 0.5 });
    assert.deepEqual(pick(encode({ temperature: 1, topP: 0.5 }, { model })), { top_p: 0.5 });
    assert.deepEqual(pick(encode({ topP: 0.5 }, { model })), { top_p: 0.5 });
    assert.throws(() => encode({ temperature: 0.5, topP: 0.5 }, { model }), lacks('topP'));
    const encoded = encodeWhole(
      { settings: { temperature: 0.5, topP: 0.5 }, spelling: { topP: 'top_p' } },
      { model, dropsUnplaced: true },
    );
    assert.deepEqual(pick(JSON.parse(encoded.body)), { temperature: 0.5 });
    assert.deepEqual(encoded.dropped, ['top_p']);
  });

  test('is refused for models that take none, but for the defaults', () => {
    assert.deepEqual(pick(encode({ temperature: 1, topP: 1 }, { model: NEWER_MODEL })), {});
    assert.throws(() => encode({ temperature: 0.2 }, { model: NEWER_MODEL }), lacks('temperature'));
    assert.throws(() => encode({ topK: 4 }, { model: NEWER_MODEL }), lacks('topK'));
  });

  test('is refused beside thinking, but for the defaults', () => {
    assert.throws(() => encode({ temperature: 0.2, reasoning: { effort: 'high' } }), lacks('temperature'));
    assert.deepEqual(pick(encode({ temperature: 1, reasoning: { effort: 'high' } })), {});
  });

  const pick = ({ temperature, top_p, top_k }: Record<string, unknown>) => ({
    ...(temperature !== undefined && { temperature }),
    ...(top_p !== undefined && { top_p }),
    ...(top_k !== undefined && { top_k }),
  });
});

describe('thinking', () => {
  const thinking = (reasoning: ChatSettings['reasoning'], target: Partial<Target> = {}) => {
    const { thinking: told, output_config: config } = encode({ reasoning }, target);
    return [told, config?.effort];
  };

  test('is by a budget where a model takes no effort, of at most half of the bound', () => {
    assert.deepEqual(thinking({ effort: 'low' }), [{ type: 'enabled', budget_tokens: 2_048 }, undefined]);
    assert.deepEqual(thinking({ effort: 'high' }), [{ type: 'enabled', budget_tokens: 5_000 }, undefined]);
    assert.deepEqual(thinking({ budgetTokens: 20_000 }), [{ type: 'enabled', budget_tokens: 9_999 }, undefined]);
    assert.deepEqual(thinking({ effort: 'none' }), [undefined, undefined]);
    assert.deepEqual(thinking({ effort: 'low', summary: 'auto' })[0], {
      type: 'enabled',
      budget_tokens: 2_048,
      display: 'summarized',
    });
  });

  test('is by effort where a model takes nothing else', () => {
    assert.deepEqual(thinking({ effort: 'xhigh' }, { model: NEWER_MODEL }), [{ type: 'adaptive' }, 'xhigh']);
    assert.deepEqual(thinking({ budgetTokens: 5_000 }, { model: NEWER_MODEL }), [{ type: 'adaptive' }, 'medium']);
    assert.deepEqual(thinking({ effort: 'xhigh' }, { model: 'claude-opus-4-6' }), [{ type: 'adaptive' }, 'high']);
    assert.deepEqual(thinking({ effort: 'max' }, { model: 'claude-sonnet-4-6' }), [{ type: 'adaptive' }, 'high']);
  });

  test('is turned off as each model takes it', () => {
    for (const [model, told] of [
      ['claude-opus-4-8', [undefined, undefined]],
      ['claude-opus-5', [{ type: 'disabled' }, undefined]],
      ['claude-sonnet-5-5', [{ type: 'between_tools' }, undefined]],
      ['claude-opus-5-5', [undefined, 'low']],
      ['anthropic/claude-fable-5', [undefined, 'low']],
    ] as const) {
      assert.deepEqual(thinking({ effort: 'none' }, { model }), told, model);
      assert.deepEqual(thinking({ mode: 'disabled' }, { model }), told, model);
    }
  });

  test('is left out, and told, where the bound leaves no room for it', () => {
    const encoded = encodeWhole(
      { settings: { reasoning: { effort: 'low' } }, spelling: { reasoning: 'reasoning_effort' } },
      { outputTokensMax: 1_500 },
    );
    assert.equal(JSON.parse(encoded.body).thinking, undefined);
    assert.deepEqual(encoded.dropped, ['reasoning_effort']);
  });

  test('by a budget is left out while a tool is called, with a forced tool, and with a begun answer', () => {
    const settings: ChatSettings = { reasoning: { effort: 'medium' } };
    const thought = (messages: readonly ChatMessage[], request: Partial<ChatRequest> = {}) =>
      JSON.parse(
        encodeMessagesRequest(chatRequest(messages, { settings, tools: [tool], ...request }), testTarget()).body,
      ).thinking;
    assert.equal(thought(afterCall), undefined);
    assert.equal(thought([...afterCall, userSays('next', 'messages[3]')]), undefined);
    assert.equal(thought([userSays('x')], { settings: { ...settings, toolChoice: { kind: 'required' } } }), undefined);
    const begun: ChatMessage = { role: 'assistant', content: [{ type: 'text', text: 'So' }], at: 'messages[1]' };
    assert.equal(thought([userSays('x'), begun]), undefined);
    assert.notEqual(thought([...afterCall, begun, userSays('next')]), undefined);
    const [asked, called, answered] = afterCall;
    assert.ok(asked && called?.role === 'assistant' && answered);
    const proof = { format: 'anthropic-messages', kind: 'signature', value: 's' } as const;
    const proven = { ...called, content: [{ type: 'reasoning', text: 't', proof } as const, ...called.content] };
    assert.notEqual(thought([asked, proven, answered]), undefined);
  });

  test('by effort goes on while a tool is called and with a forced tool', () => {
    const settings: ChatSettings = { reasoning: { effort: 'medium' }, toolChoice: { kind: 'required' } };
    const encoded = encodeMessagesRequest(
      chatRequest(afterCall, { settings, tools: [tool] }),
      testTarget({ model: NEWER_MODEL }),
    );
    assert.deepEqual(JSON.parse(encoded.body).thinking, { type: 'adaptive' });
  });
});

describe('tools', () => {
  const schemaOf = (schema: string) => {
    const { tools } = encode({}, {}, { tools: [{ kind: 'function', name: 'f', schema }] });
    return tools[0].input_schema;
  };

  test('have a schema of type object, whatever the client left out', () => {
    assert.deepEqual(schemaOf('{}'), { type: 'object' });
    assert.deepEqual(schemaOf('{"properties":{"a":{"type":"string"}}}'), {
      type: 'object',
      properties: { a: { type: 'string' } },
    });
    assert.deepEqual(schemaOf('{"$schema":"x","type":"object"}'), { type: 'object' });
    assert.deepEqual(
      encode({}, {}, { tools: [{ kind: 'function', name: 'f', schema: undefined }] }).tools[0].input_schema,
      {
        type: 'object',
        properties: {},
      },
    );
  });

  test('that have a choice of forms at the root get all of their fields, and the choice in words', () => {
    const schema = schemaOf(
      '{"oneOf":[{"properties":{"a":{"type":"string"}}},{"properties":{"b":{"type":"number"}}}]}',
    );
    assert.equal(schema.type, 'object');
    assert.deepEqual(Object.keys(schema.properties), ['a', 'b']);
    assert.match(schema.description, /oneOf/);
    assert.equal(schema.oneOf, undefined);
  });

  test('keep the digits of their schemas', () => {
    const schema = '{"type":"object","properties":{"n":{"maximum":9223372036854775807}}}';
    const { body } = encodeWhole({ tools: [{ kind: 'function', name: 'f', schema }] });
    assert.ok(body.includes(schema));
  });

  test('with names that Anthropic does not take get others, and the answer knows the way back', () => {
    const names = ['a.b', 'a_b', 'n'.repeat(200), 'fine'];
    const { body, notes } = encodeWhole({
      tools: names.map((name) => ({ kind: 'function', name, schema: '{"type":"object"}' })),
      settings: { toolChoice: { kind: 'tool', name: 'a.b', toolKind: 'function' } },
    });
    const { tools, tool_choice: choice } = JSON.parse(body);
    const sent: string[] = tools.map(({ name }: { name: string }) => name);
    assert.equal(new Set(sent).size, names.length);
    for (const name of sent) assert.match(name, /^[a-zA-Z0-9_-]{1,128}$/);
    assert.deepEqual(
      sent.map((name) => notes.toolNames?.get(name) ?? name),
      names,
    );
    assert.equal(choice.name, sent[0]);
  });

  test('that take any text are functions with one field', () => {
    const { body, notes } = encodeWhole({
      tools: [{ kind: 'custom', name: 'apply_patch', grammar: '{"syntax":"lark"}' }],
    });
    const [only] = JSON.parse(body).tools;
    assert.deepEqual(only.input_schema.required, ['input']);
    assert.match(only.description, /lark/);
    assert.deepEqual([...(notes.wrappedTools ?? [])], ['apply_patch']);
  });

  test('are chosen as the client says', () => {
    const choice = (settings: ChatSettings, model?: string) =>
      encode(settings, model === undefined ? {} : { model, dropsUnplaced: true }, { tools: [tool] }).tool_choice;
    assert.equal(choice({}), undefined);
    assert.deepEqual(choice({ toolChoice: { kind: 'none' } }), { type: 'none' });
    assert.deepEqual(choice({ toolChoice: { kind: 'required' }, isParallelToolUse: false }), {
      type: 'any',
      disable_parallel_tool_use: true,
    });
    assert.deepEqual(choice({ isParallelToolUse: false }), { type: 'auto', disable_parallel_tool_use: true });
    assert.deepEqual(choice({ toolChoice: { kind: 'required' } }, 'claude-opus-5-5'), { type: 'auto' });
    const forced: ChatSettings = { toolChoice: { kind: 'required' } };
    assert.throws(() => encode(forced, { model: 'claude-opus-5-5' }, { tools: [tool] }), lacks('toolChoice'));
    assert.throws(
      () => encode({ toolChoice: { kind: 'tool', name: 'g', toolKind: 'function' } }, {}, { tools: [tool] }),
      lacks('toolChoice'),
    );
  });

  test('among which only some may be called are those', () => {
    const tools: readonly ChatTool[] = [tool, { ...tool, name: 'g' }];
    const body = encode({ toolChoice: { kind: 'allowed', mode: 'required', names: ['g'] } }, {}, { tools });
    assert.deepEqual(
      body.tools.map(({ name }: { name: string }) => name),
      ['g'],
    );
    assert.deepEqual(body.tool_choice, { type: 'any' });
  });

  test('stand there for a conversation that has calls, where the client offers none any more', () => {
    const encoded = encodeMessagesRequest(chatRequest(afterCall), testTarget());
    const { tools, tool_choice: choice } = JSON.parse(encoded.body);
    assert.deepEqual(tools, [{ name: 'f', input_schema: { type: 'object', properties: {} } }]);
    assert.deepEqual(choice, { type: 'none' });
  });

  test('that a provider of another format runs are refused', () => {
    const hosted: ChatTool = {
      kind: 'hosted',
      meaning: 'web_search',
      format: 'openai-responses',
      what: 'web_search',
      json: '{}',
    };
    assert.throws(() => encode({}, {}, { tools: [hosted] }), lacks('tools'));
  });

  test('are strict where the model keeps to schemas and this one can be kept to', () => {
    const strict = (schema: string, model: string) =>
      encode({}, { model }, { tools: [{ kind: 'function', name: 'f', schema, isStrict: true }] }).tools[0].strict;
    const closed =
      '{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}';
    assert.equal(strict(closed, NEWER_MODEL), true);
    assert.equal(strict(closed, 'claude-sonnet-4-20250514'), undefined);
    assert.equal(strict('{"type":"object"}', NEWER_MODEL), undefined);
  });
});

describe('an answer in JSON', () => {
  const schema = '{"type":"object","properties":{"n":{"type":"integer","minimum":9223372036854775807}}}';
  const form = (isStrict?: boolean): ChatSettings => ({ outputForm: { kind: 'schema', name: 'n', schema, isStrict } });

  test('is the input of a tool that has to be called', () => {
    const { body, notes } = encodeWhole({ settings: { outputForm: { kind: 'json' } } });
    const { tools, tool_choice: choice } = JSON.parse(body);
    assert.deepEqual(choice, { type: 'tool', name: notes.jsonToolName, disable_parallel_tool_use: true });
    assert.deepEqual(tools[0].input_schema, { type: 'object' });
  });

  test('is one of the tools where the client has some, and its own name stays free', () => {
    const { body, notes } = encodeWhole({ settings: form(), tools: [{ ...tool, name: 'answer_in_json' }] });
    assert.equal(notes.jsonToolName, 'answer_in_json_');
    assert.deepEqual(JSON.parse(body).tool_choice, { type: 'any' });
    assert.ok(body.includes(schema));
  });

  test('keeps to a strict schema by itself where the model can, with what the subset lacks in words', () => {
    const { body, notes } = encodeWhole({ settings: form(true) }, { model: NEWER_MODEL });
    assert.equal(notes.jsonToolName, undefined);
    const { output_config: config } = JSON.parse(body);
    assert.equal(config.format.type, 'json_schema');
    assert.equal(config.format.schema.additionalProperties, false);
    assert.equal(config.format.schema.properties.n.minimum, undefined);
    assert.match(config.format.schema.properties.n.description, /9223372036854775807/);
  });

  test('without a schema has no place at a model that cannot be made to call a tool', () => {
    assert.throws(() => encode({ outputForm: { kind: 'json' } }, { model: 'claude-opus-5-5' }), lacks('outputForm'));
    assert.ok(encode(form(), { model: 'claude-opus-5-5' }).output_config.format);
  });
});

describe('other settings', () => {
  test('that Messages lacks are refused by name, or left out and told', () => {
    const settings: Readonly<Partial<Record<keyof ChatSettings, ChatSettings>>> = {
      choices: { choices: 2 },
      logprobs: { logprobs: true },
      topLogprobs: { topLogprobs: 3 },
      seed: { seed: '7' },
      presencePenalty: { presencePenalty: 0.5 },
      frequencyPenalty: { frequencyPenalty: 0.5 },
      logitBias: { logitBias: '{"1":2}' },
      verbosity: { verbosity: 'low' },
      modalities: { modalities: '["text","audio"]' },
      audio: { audio: '{}' },
      prediction: { prediction: '{}' },
      serviceTier: { serviceTier: 'flex' },
      stop: { stop: ['\n', 'END'] },
    };
    for (const [name, asked] of Object.entries(settings)) {
      assert.throws(() => encode(asked), lacks(name));
      const encoded = encodeWhole({ settings: asked, spelling: { choices: 'n' } }, { dropsUnplaced: true });
      assert.deepEqual(encoded.dropped, [name === 'choices' ? 'n' : name]);
    }
    assert.throws(
      () => encode({}, {}, { others: new Map([['web_search_options', '{}']]) }),
      lacks('web_search_options'),
    );
  });

  test('that mean nothing, or change no answer, are passed over', () => {
    const body = encode(
      {
        choices: 1,
        presencePenalty: 0,
        logitBias: '{}',
        modalities: '["text"]',
        metadata: '{"a":"b"}',
        promptCacheKey: 'k',
      },
      {},
      { others: new Map([['store', 'true']]) },
    );
    assert.deepEqual(Object.keys(body), ['model', 'max_tokens', 'messages']);
  });

  test('name the user in a way that identifies nobody', () => {
    const user = (endUser: string) => encode({ endUser }).metadata?.user_id;
    assert.equal(user('u_8f3'), 'u_8f3');
    for (const endUser of ['ada@example.com', '+49 (30) 123-4567', 'x'.repeat(300)]) {
      assert.match(user(endUser), /^[0-9a-f]{64}$/);
      assert.equal(user(endUser), user(endUser));
    }
    assert.equal(user(''), undefined);
  });

  test('ask for a tier in the words of Messages', () => {
    const tier = (serviceTier: string) => {
      const { service_tier, speed } = encode({ serviceTier });
      return { service_tier, speed };
    };
    assert.deepEqual(tier('default'), { service_tier: 'standard_only', speed: undefined });
    assert.deepEqual(tier('auto'), { service_tier: 'auto', speed: undefined });
    assert.deepEqual(tier('fast'), { service_tier: undefined, speed: 'fast' });
  });

  test('go by the names of the provider, without those that it refuses', () => {
    const rules = { ...testTarget().rules, renamed: { metadata: 'meta' }, refused: ['top_k'] };
    assert.throws(() => encode({ topK: 3 }, { rules }), lacks('top_k'));
    const body = encode({ topK: 3, endUser: 'u' }, { rules, dropsUnplaced: true });
    assert.deepEqual(body.meta, { user_id: 'u' });
    assert.equal('top_k' in body, false);
  });
});
