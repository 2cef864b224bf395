import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import type { ChatSettings, ChatTool } from '../../chat/chat-request.ts';
import type { AssistantPart, ChatMessage, TextPart, ToolCallPart, UserPart } from '../../chat/content.ts';
import { parseObjectKeptDigits } from '../../json/parse-kept-digits.ts';
import { decodeMessagesRequest } from './decode.ts';
import { encodeMessagesRequest } from './encode.ts';
import { FORMAT } from './format-name.ts';
import { chatRequest, testTarget } from './testing.ts';

/** JSON as it comes out of a parser that keeps digits. Names of digits would come out in another order. */
const objectText = fc
  .dictionary(
    fc.stringMatching(/^[a-z_ -]{0,5}$/),
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
  )
  .map((object) => JSON.stringify({ ...object, big: 0 }).replace('"big":0', '"big":1234567890123456789.5'));

const said = fc.string({ minLength: 1 }).map((text) => `.${text}.`);
const base64 = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('base64'));

const text: fc.Arbitrary<TextPart> = said.map((each) => ({ type: 'text', text: each }));
const image: fc.Arbitrary<UserPart> = fc.oneof(
  base64.map((data) => ({ type: 'image', source: { kind: 'base64', mediaType: 'image/png', data } }) as const),
  fc.constant({ type: 'image', source: { kind: 'url', url: 'https://example.com/a.png' } } as const),
  fc.constant({ type: 'image', source: { kind: 'file', fileId: 'file_01' } } as const),
);
const file: fc.Arbitrary<UserPart> = fc.record({
  type: fc.constant('file' as const),
  source: fc.oneof(
    base64.map((data) => ({ kind: 'base64', mediaType: 'application/pdf', data }) as const),
    said.map((each) => ({ kind: 'text', mediaType: 'text/plain', text: each }) as const),
  ),
  fileName: said,
  about: said,
  wantsCitations: fc.constant(true),
});
const userForeign: fc.Arbitrary<UserPart> = said.map((source) => ({
  type: 'foreign',
  format: FORMAT,
  what: 'search_result',
  json: JSON.stringify({ type: 'search_result', source }),
}));
const userParts = fc.array(fc.oneof(text, image, file, userForeign), { minLength: 1, maxLength: 4 });

const reasoning: fc.Arbitrary<AssistantPart> = fc.oneof(
  fc
    .record({ text: said, value: said })
    .map(
      ({ text: thought, value }) =>
        ({ type: 'reasoning', text: thought, proof: { format: FORMAT, kind: 'signature', value } }) as const,
    ),
  said.map((value) => ({ type: 'reasoning', text: '', proof: { format: FORMAT, kind: 'redacted', value } }) as const),
);
const cited: fc.Arbitrary<AssistantPart> = said.map((each) => ({
  type: 'text',
  text: each,
  citations: { type: 'foreign', format: FORMAT, what: 'citations', json: '[{"type":"char_location"}]' },
}));
const assistantParts = fc.array(fc.oneof(text, cited, reasoning), { minLength: 1, maxLength: 3 });
const inputs = fc.array(objectText, { maxLength: 3 });

interface Turn {
  readonly user: readonly UserPart[];
  readonly assistant: readonly AssistantPart[];
  readonly inputs: readonly string[];
  readonly isError: boolean;
}
const turns: fc.Arbitrary<readonly Turn[]> = fc.array(
  fc.record({ user: userParts, assistant: assistantParts, inputs, isError: fc.boolean() }),
  { minLength: 1, maxLength: 4 },
);

/** A conversation in which each call has its result, and which ends with a user. */
function conversationOf(all: readonly Turn[]): readonly ChatMessage[] {
  const messages: ChatMessage[] = [];
  let results: readonly UserPart[] = [];
  for (const [at, turn] of all.entries()) {
    const calls = turn.inputs.map((input, index): ToolCallPart => {
      return { type: 'tool-call', id: `call_${at}_${index}`, name: 'f', kind: 'function', input };
    });
    messages.push({ role: 'user', content: [...results, ...turn.user], at: `messages[${messages.length}]` });
    messages.push({ role: 'assistant', content: [...turn.assistant, ...calls], at: `messages[${messages.length}]` });
    results = calls.map(({ id }): UserPart => {
      const content: readonly TextPart[] = [{ type: 'text', text: `result of ${id}` }];
      return { type: 'tool-result', callId: id, kind: 'function', content, ...(turn.isError && { isError: true }) };
    });
  }
  const last: UserPart = { type: 'text', text: 'and now?' };
  return [...messages, { role: 'user', content: [...results, last], at: `messages[${messages.length}]` }];
}

const tools: fc.Arbitrary<readonly ChatTool[]> = fc.array(
  fc.record({
    kind: fc.constant('function' as const),
    name: fc.stringMatching(/^[a-z]{1,8}$/),
    schema: objectText.map((schema) => schema.replace('{', '{"type":"object",')),
    description: said,
  }),
  { minLength: 1, maxLength: 3 },
);

const settings: fc.Arbitrary<ChatSettings> = fc.record(
  {
    temperature: fc.constantFrom(0, 0.25, 1),
    topP: fc.constantFrom(0.1, 0.9),
    topK: fc.nat(),
    stop: fc.array(said, { minLength: 1 }),
    toolChoice: fc.constantFrom({ kind: 'auto' } as const, { kind: 'none' } as const, { kind: 'required' } as const),
    endUser: fc.uuid().map((id) => `u-${id}`),
    serviceTier: fc.constantFrom('auto', 'default', 'fast'),
    cacheMark: fc.constant('{"type":"ephemeral","ttl":"1h"}'),
  },
  { requiredKeys: [] },
);

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('a conversation that is written and read again has lost nothing', () => {
  const system: fc.Arbitrary<readonly TextPart[]> = fc.array(text, { maxLength: 2 });
  fc.assert(
    fc.property(turns, tools, settings, system, (all, offered, told, instructions) => {
      const first: ChatMessage = { role: 'system', spelling: 'system', content: instructions, at: 'system' };
      const messages = [...(instructions.length > 0 ? [first] : []), ...conversationOf(all)];
      const encoded = encodeMessagesRequest(chatRequest(messages, { tools: offered, settings: told }), testTarget());
      const parsed = parseObjectKeptDigits(encoded.body);
      assert.ok(parsed);
      const decoded = decodeMessagesRequest(parsed);
      assert.deepEqual(plain(decoded.messages), plain(messages));
      assert.deepEqual(plain(decoded.tools), plain(offered));
      assert.deepEqual(plain(decoded.settings), plain(told));
      assert.deepEqual(encoded.dropped, []);
      assert.equal(decoded.others.size, 0);
    }),
    { numRuns: 300 },
  );
});
