import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import type { ChatRequest, ChatSettings, ChatTool } from '../../chat/chat-request.ts';
import type { AssistantPart, ChatMessage, UserPart } from '../../chat/content.ts';
import { NoPlace } from '../../format.ts';
import { encodeMessagesRequest } from './encode.ts';
import { traitsOf } from './model-traits.ts';
import { testTarget } from './testing.ts';

type Block = Record<string, unknown> & { readonly type: string };
interface Sent {
  readonly max_tokens: number;
  readonly system?: readonly Block[];
  readonly messages: readonly { readonly role: string; readonly content: readonly Block[] }[];
  readonly tools?: readonly { readonly name: string; readonly input_schema: { readonly type: string } }[];
  readonly tool_choice?: { readonly type: string; readonly name?: string };
  readonly thinking?: { readonly type: string; readonly budget_tokens?: number };
  readonly temperature?: number;
  readonly top_p?: number;
  readonly stop_sequences?: readonly string[];
}

const ids = fc.constantFrom('a', 'a', 'functions.f:0', 'x-a', '', 'ü', 'b');
const names = fc.constantFrom('f', 'g.h', 'n'.repeat(200), 'answer_in_json');
const text = fc.constantFrom('hello', ' ', '\n', '', 'end \n').map((said) => ({ type: 'text', text: said }) as const);
const mark = fc.constantFrom(undefined, '{"type":"ephemeral"}', '{"mode":"explicit","ttl":"30m"}');
const thought: fc.Arbitrary<AssistantPart> = fc.constantFrom(
  { type: 'reasoning', text: 't' },
  { type: 'reasoning', text: 't', proof: { format: 'anthropic-messages', kind: 'signature', value: 's' } },
  { type: 'reasoning', text: '', proof: { format: 'anthropic-messages', kind: 'redacted', value: 'd' } },
  { type: 'reasoning', text: 't', proof: { format: 'openai-responses', kind: 'encrypted', value: 'e' } },
);
const call: fc.Arbitrary<AssistantPart> = fc.record({
  type: fc.constant('tool-call' as const),
  id: ids,
  name: names,
  kind: fc.constantFrom('function', 'custom'),
  input: fc.constantFrom('{}', '', '{"a":1}'),
  cacheMark: mark,
});
const result: fc.Arbitrary<UserPart> = fc.record({
  type: fc.constant('tool-result' as const),
  callId: ids,
  kind: fc.constant('function' as const),
  content: fc.array(text, { maxLength: 2 }),
  cacheMark: mark,
});
const marked = fc.record({ type: fc.constant('text' as const), text: fc.constant('m'), cacheMark: mark });

/** Mostly conversations in which the results fit their calls, and some in which they do not. */
const messages: fc.Arbitrary<readonly ChatMessage[]> = fc
  .array(
    fc.record({
      system: fc.option(text),
      user: fc.array(fc.oneof(text, marked), { maxLength: 3 }),
      assistant: fc.array(fc.oneof(text, thought, call), { maxLength: 4 }),
      odd: fc.oneof({ weight: 20, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: result }),
      hasAnswer: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((turns) =>
    turns.flatMap(({ system, user, assistant, odd, hasAnswer }, index): ChatMessage[] => {
      const at = `messages[${index}]`;
      const calls = assistant.flatMap((part) => (part.type === 'tool-call' ? [part] : []));
      const results = calls.map(({ id }): UserPart => {
        return { type: 'tool-result', callId: id, kind: 'function', content: [{ type: 'text', text: 'r' }] };
      });
      return [
        ...(system ? [{ role: 'system', spelling: 'system', content: [system], at } as const] : []),
        { role: 'user', content: odd ? [...user, odd] : user, at },
        { role: 'assistant', content: assistant, at },
        ...results.toReversed().map((part) => ({ role: 'user', content: [part], at }) as const),
        ...(hasAnswer ? [{ role: 'assistant', content: [{ type: 'text', text: 'so' }], at } as const] : []),
      ];
    }),
  );

const tool: fc.Arbitrary<ChatTool> = fc.oneof(
  fc.record({
    kind: fc.constant('function' as const),
    name: names,
    schema: fc.constantFrom(undefined, '{}', '{"type":"object"}', '{"anyOf":[{"properties":{"a":{}}}]}'),
    isStrict: fc.constantFrom(undefined, true),
    cacheMark: mark,
  }),
  fc.record({ kind: fc.constant('custom' as const), name: names }),
);

const settings: fc.Arbitrary<ChatSettings> = fc.record(
  {
    temperature: fc.constantFrom(0, 0.5, 1, 2),
    topP: fc.constantFrom(0.5, 1),
    stop: fc.array(fc.constantFrom('END', '\n', '')),
    reasoning: fc.record({ effort: fc.constantFrom('none', 'minimal', 'low', 'high', 'xhigh', 'max') }),
    toolChoice: fc.constantFrom<NonNullable<ChatSettings['toolChoice']>>(
      { kind: 'auto' },
      { kind: 'none' },
      { kind: 'required' },
      { kind: 'tool', name: 'f', toolKind: 'function' },
    ),
    outputForm: fc.constantFrom<NonNullable<ChatSettings['outputForm']>>(
      { kind: 'json' },
      { kind: 'schema', name: 'n', schema: '{"type":"object"}', isStrict: true },
      { kind: 'schema', name: 'n', schema: '{"type":"object"}' },
    ),
    isParallelToolUse: fc.boolean(),
    cacheMark: fc.constant('{"type":"ephemeral"}'),
  },
  { requiredKeys: [] },
);

const models = fc.constantFrom(
  ...[
    'claude-3-5-haiku-20241022',
    'claude-sonnet-4-20250514',
    'claude-sonnet-4-5',
    'claude-opus-4-6',
    'claude-opus-4-8',
  ],
  ...['claude-opus-5', 'claude-sonnet-5-5', 'claude-opus-5-5', 'claude-fable-5-1', 'glm-5'],
);

test('whatever a request asks for, Anthropic takes what is sent, or the request is refused by a field', () => {
  let sentCount = 0;
  fc.assert(
    fc.property(
      fc.record({ messages, tools: fc.array(tool, { maxLength: 3 }), settings }),
      models,
      fc.boolean(),
      fc.constantFrom(1, 1_500, 50_000),
      (asked, model, dropsUnplaced, outputTokensMax) => {
        const request: ChatRequest = { ...asked, others: new Map(), spelling: {} };
        const sent = encoded(request, { model, dropsUnplaced, outputTokensMax });
        if (sent === null) return;
        sentCount += 1;
        checkMessages(sent);
        checkTools(sent);
        checkModel(sent, model);
      },
    ),
    { numRuns: 2_000 },
  );
  assert.ok(sentCount > 200, `${sentCount} were sent`);
});

function encoded(request: ChatRequest, target: object): Sent | null {
  try {
    return JSON.parse(encodeMessagesRequest(request, testTarget(target)).body);
  } catch (thrown) {
    assert.ok(thrown instanceof NoPlace, String(thrown));
    assert.notEqual(thrown.what, '');
    return null;
  }
}

function checkMessages({ messages: sent, system = [] }: Sent): void {
  const used = new Set<unknown>();
  let open: unknown[] = [];
  assert.ok(sent.length > 0);
  for (const [at, { role, content }] of sent.entries()) {
    assert.notEqual(role, sent[at - 1]?.role);
    assert.ok(content.length > 0);
    const results = content.filter(({ type }) => type === 'tool_result');
    assert.deepEqual(content.slice(0, results.length), results, 'results come first');
    if (role === 'user') assert.deepEqual(results.map((each) => each['tool_use_id']).sort(), open.sort());
    open = content.filter(({ type }) => type === 'tool_use').map(({ id }) => id);
    for (const id of open) {
      assert.match(String(id), /^[a-zA-Z0-9_-]+$/);
      assert.ok(!used.has(id));
      used.add(id);
    }
  }
  assert.deepEqual(open, []);
  for (const block of allBlocks([...system, ...sent.flatMap(({ content }) => content)])) {
    if (block.type === 'text') assert.match(String(block['text']), /\S/);
  }
  const last = sent.at(-1);
  const end = last?.role === 'assistant' ? last.content.at(-1) : undefined;
  if (end?.type === 'text') assert.doesNotMatch(String(end['text']), /\s$/);
}

function checkTools(sent: Sent): void {
  const { tools = [], tool_choice: choice } = sent;
  for (const { name, input_schema: schema } of tools) {
    assert.match(name, /^[a-zA-Z0-9_-]{1,128}$/);
    assert.equal(schema.type, 'object');
    for (const keyword of ['$schema', 'oneOf', 'anyOf', 'allOf']) assert.ok(!(keyword in schema));
  }
  if (choice) assert.ok(tools.length > 0);
  if (choice?.type === 'tool') assert.ok(tools.some(({ name }) => name === choice.name));
  const isForced = choice?.type === 'any' || choice?.type === 'tool';
  assert.ok(!(isForced && sent.thinking?.type === 'enabled'));
  assert.ok(JSON.stringify(sent).split('"cache_control"').length <= 5);
}

function checkModel(sent: Sent, model: string): void {
  const traits = traitsOf(model);
  const { thinking, temperature, top_p: topP } = sent;
  if (thinking?.type === 'enabled') {
    assert.ok(traits.thinking === 'manual' || traits.thinking === 'both');
    assert.ok((thinking.budget_tokens ?? 0) >= 1_024 && (thinking.budget_tokens ?? 0) < sent.max_tokens);
    assert.equal(sent.messages.at(-1)?.role, 'user');
  }
  if (thinking?.type === 'adaptive') assert.ok(traits.thinking === 'adaptive' || traits.thinking === 'both');
  const isThinking = thinking?.type === 'enabled' || thinking?.type === 'adaptive';
  if (isThinking || traits.sampling === 'none') assert.deepEqual([temperature, topP], [undefined, undefined]);
  if (traits.sampling === 'one') assert.ok(temperature === undefined || topP === undefined);
  assert.ok((temperature ?? 0) <= 1);
  if (!traits.takesForcedTools) assert.ok(sent.tool_choice?.type !== 'any' && sent.tool_choice?.type !== 'tool');
  if (!traits.takesPrefill) assert.equal(sent.messages.at(-1)?.role, 'user');
  for (const sequence of sent.stop_sequences ?? []) assert.match(sequence, /\S/);
}

function* allBlocks(blocks: readonly Block[]): Iterable<Block> {
  for (const block of blocks) {
    yield block;
    if (Array.isArray(block['content'])) yield* allBlocks(block['content']);
  }
}
