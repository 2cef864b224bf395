import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import type { ChatRequest, ChatSettings, ChatTool } from '../../chat/chat-request.ts';
import type { AssistantPart, ChatMessage, ToolResultPart, UserPart } from '../../chat/content.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { askChat } from './ask.ts';
import { decodeChat } from './decode.ts';
import { encodeChat } from './encode.ts';
import { openAiRules, testTarget } from './testing.ts';

const plain = { noNullPrototype: true } as const;
const word = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
const name = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/);
const base64 = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('base64'));
/** JSON with numbers that no double holds. */
const json = fc.oneof(
  fc.json(),
  fc.bigInt().map((digits) => `{"id":${digits},"list":[1e400,${digits}.5]}`),
);
const schemas = json.map((each) => `{"type":"object","default":${each}}`);
const mark = fc.constantFrom('{"mode":"explicit"}', '{"mode":"explicit","ttl":"12h"}');

function some<T>(key: string, value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return fc.oneof(
    fc.constant({}),
    value.map((each) => ({ [key]: each })),
  );
}

function joined<T>(...parts: readonly fc.Arbitrary<object>[]): fc.Arbitrary<T> {
  return fc.tuple(...parts).map((all) => Object.assign({}, ...all) as T);
}

const text = joined<UserPart>(
  word.map((each) => ({ type: 'text', text: each })),
  some('cacheMark', mark),
);
const bytes = fc.record(
  { kind: fc.constant('base64'), mediaType: fc.constantFrom('image/png', 'application/pdf'), data: base64 },
  plain,
);
const media: fc.Arbitrary<UserPart> = fc.oneof(
  joined<UserPart>(
    fc
      .oneof(bytes, fc.constant({ kind: 'url', url: 'https://a.example/b.png' }))
      .map((source) => ({ type: 'image', source })),
    some('detail', fc.constantFrom('low', 'high', 'original')),
    some('cacheMark', mark),
  ),
  joined<UserPart>(
    bytes.map((source) => ({ type: 'file', source })),
    word.map((fileName) => ({ fileName })),
  ),
  base64.map((data): UserPart => ({ type: 'audio', encoding: 'mp3', data })),
);

const named = some('name', name);
const user = fc
  .tuple(fc.array(fc.oneof(text, media), { minLength: 1, maxLength: 3 }), named)
  .map(([content, who]): ChatMessage => ({ role: 'user', content, ...who, at: '' }));

const system = fc
  .tuple(
    fc.constantFrom('system' as const, 'developer' as const),
    fc.array(text, { minLength: 1, maxLength: 2 }),
    named,
  )
  .map(([spelling, content, who]) => ({ role: 'system', spelling, content, ...who, at: '' }) as ChatMessage);

/** What a model said and called, and what came of it. */
const answered = fc
  .tuple(
    fc.option(word),
    fc.option(word),
    fc.option(word),
    fc.array(fc.tuple(name, fc.boolean(), json, word, fc.array(word, { maxLength: 2 })), { maxLength: 2 }),
  )
  .map(([thought, said, refused, called]): ChatMessage[] => {
    const parts: AssistantPart[] = [];
    const results: ToolResultPart[] = [];
    if (thought !== null) parts.push({ type: 'reasoning', text: thought });
    if (said !== null) parts.push({ type: 'text', text: said });
    if (refused !== null) parts.push({ type: 'refusal', text: refused });
    for (const [index, [tool, isCustom, input, free, result]] of called.entries()) {
      const kind = isCustom ? 'custom' : 'function';
      const id = `call_${index}_${tool}`;
      parts.push({ type: 'tool-call', id, name: tool, kind, input: isCustom ? free : input });
      results.push({
        type: 'tool-result',
        callId: id,
        kind,
        content: result.map((each) => ({ type: 'text', text: each })),
      });
    }
    const turn: ChatMessage[] = [{ role: 'assistant', content: parts, at: '' }];
    if (results.length > 0) turn.push({ role: 'user', content: results, at: '' });
    return turn;
  });

const messages = fc
  .tuple(fc.array(system, { maxLength: 1 }), fc.array(fc.tuple(user, answered), { minLength: 1, maxLength: 3 }))
  .map(([first, turns]) => [...first, ...turns.flatMap(([asked, answer]) => [asked, ...answer])]);

const tools: fc.Arbitrary<ChatTool[]> = fc.array(
  fc.oneof(
    joined<ChatTool>(
      fc
        .tuple(name, fc.option(schemas, { nil: undefined }))
        .map(([tool, schema]) => ({ kind: 'function', name: tool, schema })),
      some('description', word),
      some('isStrict', fc.boolean()),
      some('cacheMark', mark),
    ),
    joined<ChatTool>(
      name.map((tool) => ({ kind: 'custom', name: tool })),
      some('description', word),
      some(
        'grammar',
        word.map((definition) => JSON.stringify({ type: 'grammar', syntax: 'lark', definition })),
      ),
    ),
  ),
  { maxLength: 2 },
);

const settings: fc.Arbitrary<ChatSettings> = joined(
  some('temperature', fc.constantFrom(0, 0.5, 1)),
  some('topP', fc.constantFrom(0.1, 1)),
  some('stop', fc.array(word, { maxLength: 3 })),
  some('seed', fc.bigInt().map(String)),
  some('presencePenalty', fc.constant(0.5)),
  some('frequencyPenalty', fc.constant(-0.5)),
  some('logitBias', fc.constant('{"50256":-100}')),
  some('choices', fc.constantFrom(2, 3)),
  some(
    'reasoning',
    fc.constantFrom('none', 'low', 'xhigh').map((effort) => ({ effort })),
  ),
  some('verbosity', fc.constant('low')),
  some(
    'outputForm',
    fc.oneof(
      fc.constant({ kind: 'json' as const }),
      joined<object>(
        fc.tuple(name, schemas).map(([form, schema]) => ({ kind: 'schema', name: form, schema })),
        some('isStrict', fc.boolean()),
      ),
    ),
  ),
  some(
    'toolChoice',
    fc.oneof(
      fc.constantFrom({ kind: 'none' }, { kind: 'auto' }, { kind: 'required' }),
      name.map((tool) => ({ kind: 'tool', name: tool, toolKind: 'function' })),
      fc.array(name, { minLength: 1, maxLength: 2 }).map((names) => ({ kind: 'allowed', mode: 'auto', names })),
    ),
  ),
  some('endUser', word),
  some('serviceTier', fc.constantFrom('flex', 'priority')),
  some('promptCacheKey', word),
  some('modalities', fc.constant('["text","audio"]')),
  some('audio', fc.constant('{"voice":"alloy","format":"mp3"}')),
);

/** A request as it comes back, without where its parts stood. */
function placeless({ messages: all, ...rest }: ChatRequest) {
  return { ...rest, messages: all.map(({ at: _, ...message }) => message), spelling: {} };
}

test('a request that goes through this format comes back with all that has a place there', () => {
  const rules = { ...openAiRules, takesNewest: true, reasoningField: 'reasoning_content' } as const;
  fc.assert(
    fc.property(messages, tools, settings, fc.boolean(), (said, offered, asked, stream) => {
      const request: ChatRequest = { messages: said, tools: offered, settings: asked, others: new Map(), spelling: {} };
      const { body, dropped } = encodeChat(request, testTarget({ rules, stream }));
      assert.deepEqual(dropped, []);
      const parsed = parseObjectKeptDigits(body);
      assert.ok(parsed);
      assert.ok('asked' in askChat(parsed, body.length), body);
      // JSON may be written anew, with the same digits.
      const written = placeless(decodeChat(parsed));
      assert.deepEqual(canonicalJson(written), canonicalJson(placeless(request)));
    }),
    { numRuns: 300 },
  );
});

/** Prints JSON text in one way, so that `{ }` and `{}` are the same. */
function canonicalJson(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, each) => {
      if (each instanceof Map) return [...each];
      if (typeof each !== 'string' || (key !== 'schema' && key !== 'logitBias')) return each;
      return JSON.stringify(parseObjectKeptDigits(`{"json":${each}}`));
    }),
  );
}
