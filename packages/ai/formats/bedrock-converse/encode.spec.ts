import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import type { ChatRequest, ChatTool } from '../../chat/chat-request.ts';
import type { ChatMessage } from '../../chat/content.ts';
import { NoPlace, type Target } from '../../format.ts';
import { encodeConverseRequest } from './encode.ts';
import { chatRequest, testTarget, userSays } from './testing.ts';

const encoded = (request: ChatRequest, target: Partial<Target> = {}) =>
  JSON.parse(encodeConverseRequest(request, testTarget(target)).body);

const told = (request: ChatRequest, target: Partial<Target> = {}) =>
  encodeConverseRequest(request, testTarget(target)).dropped;

const weather: ChatTool = { kind: 'function', name: 'weather', schema: '{"type":"object","properties":{}}' };

const calls = (id: string, at = 'messages[1]'): ChatMessage => ({
  role: 'assistant',
  content: [{ type: 'tool-call', id, name: 'weather', kind: 'function', input: '{"n":12345678901234567890}' }],
  at,
});
const results = (callId: string, text: string, isError = false, at = 'messages[2]'): ChatMessage => ({
  role: 'user',
  content: [{ type: 'tool-result', callId, kind: 'function', content: [{ type: 'text', text }], isError }],
  at,
});

describe('a request of another format', () => {
  test('has its system messages apart, its roles by turns, and the bound that was admitted', () => {
    const request = chatRequest([
      { role: 'system', spelling: 'system', content: [{ type: 'text', text: 'Be brief.' }], at: 'messages[0]' },
      userSays('Hello'),
      userSays('   '),
      userSays('there'),
      { role: 'assistant', content: [{ type: 'text', text: 'Hi.' }], at: 'messages[2]' },
      userSays('And?'),
    ]);
    assert.deepEqual(encoded(request), {
      system: [{ text: 'Be brief.' }],
      messages: [
        { role: 'user', content: [{ text: 'Hello' }, { text: 'there' }] },
        { role: 'assistant', content: [{ text: 'Hi.' }] },
        { role: 'user', content: [{ text: 'And?' }] },
      ],
      inferenceConfig: { maxTokens: 10_000 },
    });
  });

  test('has its tools with schemas and arguments as they stand, and a result right behind its call', () => {
    const schema = '{"type":"object","properties":{"n":{"maximum":12345678901234567890}}}';
    const request = chatRequest(
      [userSays('Weather?'), calls('call:1'), results('call:1', 'none', true), userSays('Well?', 'messages[3]')],
      { tools: [{ ...weather, schema }], settings: { toolChoice: { kind: 'required' } } },
    );
    const { body } = encodeConverseRequest(request, testTarget());
    assert.ok(body.includes(`"inputSchema":{"json":${schema}}`));
    assert.ok(body.includes('"input":{"n":12345678901234567890}'));
    const { messages, toolConfig } = JSON.parse(body);
    const [{ toolUse }] = messages[1].content;
    assert.match(toolUse.toolUseId, /^[a-zA-Z0-9_-]{1,64}$/);
    assert.deepEqual(messages[2].content, [
      { toolResult: { toolUseId: toolUse.toolUseId, content: [{ text: 'none' }], status: 'error' } },
      { text: 'Well?' },
    ]);
    assert.deepEqual(toolConfig.toolChoice, { any: {} });
  });

  test('has calls and results in words where no tool is offered, since Amazon has no choice that forbids one', () => {
    const messages = [
      userSays('x'),
      calls('c'),
      results('c', 'sun'),
      calls('d', 'messages[3]'),
      results('d', 'gone', true),
    ];
    const inWords = [
      { role: 'user', content: [{ text: 'x' }] },
      { role: 'assistant', content: [{ text: '[Call c of the tool weather: {"n":12345678901234567890}]' }] },
      { role: 'user', content: [{ text: '[Result of call c:]' }, { text: 'sun' }] },
      { role: 'assistant', content: [{ text: '[Call d of the tool weather: {"n":12345678901234567890}]' }] },
      { role: 'user', content: [{ text: '[Call d failed:]' }, { text: 'gone' }] },
    ];
    const none = { tools: [weather], settings: { toolChoice: { kind: 'none' } } } as const;
    for (const request of [chatRequest(messages), chatRequest(messages, none)]) {
      const { body, dropped } = encodeConverseRequest(request, testTarget());
      assert.ok(body.includes('12345678901234567890'));
      const sent = JSON.parse(body);
      assert.deepEqual(sent.messages, inWords);
      assert.equal(sent.toolConfig, undefined);
      assert.equal(sent.additionalModelRequestFields, undefined);
      assert.deepEqual(dropped, []);
    }
  });

  test('that allows no tool has none', () => {
    const none = { tools: [weather], settings: { toolChoice: { kind: 'none' } } } as const;
    assert.equal(encoded(chatRequest([userSays('x')], none)).toolConfig, undefined);
  });

  test('has names and ids in Amazon’s letters, and Mistral’s ids are nine of them', () => {
    const name = `tools.${'x'.repeat(80)}`;
    const call: ChatMessage = {
      role: 'assistant',
      content: [{ type: 'tool-call', id: 'call_1', name, kind: 'function', input: '' }],
      at: 'messages[1]',
    };
    const request = chatRequest([userSays('x'), call, results('call_1', 'ok')], { tools: [{ ...weather, name }] });
    const { notes } = encodeConverseRequest(request, testTarget());
    const { toolConfig, messages } = encoded(request, { model: 'mistral.mistral-large-2407-v1:0' });
    const sent = toolConfig.tools[0].toolSpec.name;
    assert.match(sent, /^[a-zA-Z0-9_-]{1,64}$/);
    assert.equal(notes.toolNames?.get(sent), name);
    const { toolUse } = messages[1].content[0];
    assert.match(toolUse.toolUseId, /^[a-zA-Z0-9]{9}$/);
    assert.equal(messages[2].content[0].toolResult.toolUseId, toolUse.toolUseId);
  });

  test('has pictures, documents and sounds by their bytes, and names of documents that Amazon takes', () => {
    const document = (fileName: string, mediaType: string) =>
      ({ type: 'file', fileName, source: { kind: 'base64', mediaType, data: 'aGk=' } }) as const;
    const { messages } = encoded(
      chatRequest([
        {
          role: 'user',
          content: [
            { type: 'image', source: { kind: 'url', url: 'data:image/jpg;base64,aGk=' } },
            document('Q3 report_(final).pdf', 'application/pdf'),
            document('Q3 report (final).pdf', 'application/pdf'),
            { type: 'file', source: { kind: 'text', mediaType: 'text/plain', text: 'hi' } },
            { type: 'audio', encoding: 'wav', data: 'aGk=' },
          ],
          at: 'messages[0]',
        },
      ]),
    );
    const source = { bytes: 'aGk=' };
    assert.deepEqual(messages[0].content, [
      { image: { format: 'jpeg', source } },
      { document: { format: 'pdf', name: 'Q3 report (final)', source } },
      { document: { format: 'pdf', name: 'Q3 report (final) 2', source } },
      { document: { format: 'txt', name: 'document', source } },
      { audio: { format: 'wav', source } },
      // Amazon takes no document without a word beside it.
      { text: '.' },
    ]);
  });

  test('with a picture by its URL is refused by its place, or goes without it, told', () => {
    const byUrl = chatRequest([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image', source: { kind: 'url', url: 'https://example.com/x.png' } },
        ],
        at: 'messages[0]',
      },
    ]);
    assert.throws(
      () => encodeConverseRequest(byUrl, testTarget()),
      (thrown) => thrown instanceof NoPlace && thrown.what === 'messages[0].content',
    );
    assert.deepEqual(told(byUrl, { dropsUnplaced: true }), ['messages[0].content']);
  });

  test('that asks for what Converse lacks is refused by the client’s own name', () => {
    for (const [settings, what] of [
      [{ choices: 2 }, 'choices'],
      [{ seed: '1' }, 'seed'],
      [{ logitBias: '{"50256":-100}' }, 'logitBias'],
      [{ logprobs: true }, 'logprobs'],
      [{ frequencyPenalty: 1 }, 'frequencyPenalty'],
      [{ verbosity: 'low' }, 'verbosity'],
      [{ serviceTier: 'fast' }, 'serviceTier'],
    ] as const) {
      assert.throws(
        () => encodeConverseRequest(chatRequest([userSays('x')], { settings }), testTarget()),
        (thrown) => thrown instanceof NoPlace && thrown.what === what,
        what,
      );
    }
  });

  test('has its tier, its sampling within Amazon’s bounds, and Claude’s own sequence asked for', () => {
    const settings = { serviceTier: 'priority', temperature: 1.6, topK: 40, stop: ['END', ' '] };
    const request = chatRequest([userSays('x')], { settings });
    const body = encoded(request, { dropsUnplaced: true, stream: true });
    assert.deepEqual(body.inferenceConfig, { maxTokens: 10_000, temperature: 1, stopSequences: ['END'] });
    assert.deepEqual(body.additionalModelRequestFields, { top_k: 40 });
    assert.deepEqual(body.additionalModelResponseFieldPaths, ['/delta/stop_sequence']);
    assert.deepEqual(body.serviceTier, { type: 'priority' });
    const nova = encoded(chatRequest([userSays('x')], { settings: { topK: 40 } }), {
      model: 'eu.amazon.nova-pro-v1:0',
    });
    assert.deepEqual(nova.additionalModelRequestFields, { inferenceConfig: { topK: 40 } });
  });
});

describe('marks of what is to be cached', () => {
  const marked = (text: string) => ({ type: 'text', text, cacheMark: '{"type":"ephemeral","ttl":"1h"}' }) as const;
  const point = { cachePoint: { type: 'default', ttl: '1h' } };
  const request = chatRequest(
    [
      { role: 'system', spelling: 'system', content: [marked('s')], at: 'system' },
      { role: 'user', content: [marked('a'), marked('b'), marked('c')], at: 'messages[0]' },
    ],
    { tools: [{ ...weather, cacheMark: '{"type":"ephemeral"}' }] },
  );

  test('are points behind what they mark, the last four of them', () => {
    const { toolConfig, system, messages } = encoded(request);
    assert.equal(toolConfig.tools.length, 1);
    assert.deepEqual(system, [{ text: 's' }, point]);
    assert.deepEqual(messages[0].content, [{ text: 'a' }, point, { text: 'b' }, point, { text: 'c' }, point]);
  });

  test('are passed over where the model has no cache to be told of, and a lifetime is told to Claude alone', () => {
    const llama = encoded(request, { model: 'us.meta.llama4-maverick-17b-instruct-v1:0' });
    assert.deepEqual(llama.system, [{ text: 's' }]);
    const nova = encoded(request, { model: 'amazon.nova-lite-v1:0' });
    assert.deepEqual(nova.system, [{ text: 's' }, { cachePoint: { type: 'default' } }]);
    assert.equal(nova.toolConfig.tools.length, 1);
  });

  test('on a whole request stand behind its last block, and one in a tool’s result behind the result', () => {
    const automatic = chatRequest([userSays('x')], { settings: { cacheMark: '{"type":"ephemeral"}' } });
    assert.deepEqual(encoded(automatic).messages[0].content, [{ text: 'x' }, { cachePoint: { type: 'default' } }]);
    const result: ChatMessage = {
      role: 'user',
      content: [{ type: 'tool-result', callId: 'c', kind: 'function', content: [marked('sun')] }],
      at: 'messages[2]',
    };
    const { messages } = encoded(chatRequest([userSays('x'), calls('c'), result]));
    assert.deepEqual(messages[2].content.at(-1), point);
  });
});

describe('thinking', () => {
  const asked = (effort: string, model: string, maxTokens = 10_000) =>
    encoded(chatRequest([userSays('x')], { settings: { reasoning: { effort } } }), {
      model,
      outputTokensMax: maxTokens,
    });

  test('is told to each maker’s models in their own fields', () => {
    const claude = asked('low', 'anthropic.claude-sonnet-4-5-20250929-v1:0');
    assert.deepEqual(claude.additionalModelRequestFields, { thinking: { type: 'enabled', budget_tokens: 2_048 } });
    const newer = asked('high', 'global.anthropic.claude-opus-4-7');
    assert.deepEqual(newer.additionalModelRequestFields, { thinking: { type: 'adaptive' } });
    assert.deepEqual(newer.outputConfig, { effort: 'high' });
    const nova = asked('low', 'us.amazon.nova-2-lite-v1:0');
    assert.deepEqual(nova.additionalModelRequestFields, {
      reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' },
    });
    const gptOss = asked('minimal', 'openai.gpt-oss-120b-1:0');
    assert.deepEqual(gptOss.additionalModelRequestFields, { reasoning_effort: 'low' });
  });

  test('that a model cannot be told of is left out, and told; so is an effort that takes no bound of the answer', () => {
    const request = chatRequest([userSays('x')], { settings: { reasoning: { effort: 'high' } } });
    assert.deepEqual(told(request, { model: 'us.deepseek.r1-v1:0' }), ['reasoning']);
    assert.deepEqual(told(request, { model: 'amazon.nova-2-lite-v1:0' }), ['reasoning']);
    const off = chatRequest([userSays('x')], { settings: { reasoning: { effort: 'none' } } });
    assert.deepEqual(told(off, { model: 'us.deepseek.r1-v1:0' }), []);
  });

  test('goes back with Amazon’s own proof to a model that signs, and to no other', () => {
    const thought = (format: string): ChatMessage => ({
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'Hm.', proof: { format, kind: 'signature', value: 'c2ln' } },
        { type: 'text', text: 'Hi.' },
      ],
      at: 'messages[1]',
    });
    const conversation = (format: string) => chatRequest([userSays('x'), thought(format), userSays('y')]);
    const own = encoded(conversation('bedrock-converse'));
    assert.deepEqual(own.messages[1].content, [
      { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2ln' } } },
      { text: 'Hi.' },
    ]);
    const others = encoded(conversation('anthropic-messages'));
    assert.deepEqual(others.messages[1].content, [{ text: 'Hi.' }]);
    const nova = encoded(conversation('bedrock-converse'), { model: 'amazon.nova-pro-v1:0' });
    assert.deepEqual(nova.messages[1].content, [{ text: 'Hi.' }]);
  });
});

describe('the form of an answer', () => {
  const schema =
    '{"type":"object","properties":{"x":{"type":"integer"}},"required":["x"],"additionalProperties":false}';
  const request = chatRequest([userSays('x')], {
    settings: { outputForm: { kind: 'schema', name: 'point', schema, isStrict: true } },
  });

  test('is a schema where the model keeps to one, and else a tool that has to be called', () => {
    const native = encoded(request).outputConfig.textFormat;
    assert.equal(native.type, 'json_schema');
    assert.deepEqual(JSON.parse(native.structure.jsonSchema.schema), JSON.parse(schema));
    assert.equal(native.structure.jsonSchema.name, 'point');
    const tool = encoded(request, { model: 'anthropic.claude-opus-4-8' });
    assert.equal(tool.outputConfig, undefined);
    assert.deepEqual(tool.toolConfig.toolChoice, { tool: { name: 'answer_in_json' } });
    const json = chatRequest([userSays('x')], { settings: { outputForm: { kind: 'json' } } });
    const mistral = encoded(json, { model: 'mistral.mistral-large-2407-v1:0' });
    assert.deepEqual(mistral.toolConfig.toolChoice, { any: {} });
  });

  test('has no place at a model that can be made to do neither', () => {
    for (const model of ['us.meta.llama3-3-70b-instruct-v1:0', 'cohere.command-r-plus-v1:0']) {
      assert.throws(
        () => encodeConverseRequest(request, testTarget({ model })),
        (thrown) => thrown instanceof NoPlace,
      );
    }
  });
});

test('one call at a time is Claude’s own choice, and told to be left out elsewhere', () => {
  const request = chatRequest([userSays('x')], { tools: [weather], settings: { isParallelToolUse: false } });
  const claude = encoded(request);
  assert.deepEqual(claude.additionalModelRequestFields, {
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
  });
  assert.equal(claude.toolConfig.toolChoice, undefined);
  assert.deepEqual(told(request, { model: 'amazon.nova-pro-v1:0' }), ['isParallelToolUse']);
});
