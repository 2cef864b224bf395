import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import type { ChatMessage, UserPart } from '../../chat/content.ts';
import { NoPlace, type Target } from '../../format.ts';
import { encodeMessagesRequest } from './encode.ts';
import { chatRequest, NEWER_MODEL, testTarget, userSays } from './testing.ts';

const encode = (messages: readonly ChatMessage[], target: Partial<Target> = {}) =>
  JSON.parse(encodeMessagesRequest(chatRequest(messages), testTarget(target)).body);

const noPlace = (what: string | RegExp) => (thrown: unknown) =>
  thrown instanceof NoPlace && (typeof what === 'string' ? thrown.what === what : what.test(thrown.message));

const user = (...content: readonly UserPart[]): ChatMessage => ({ role: 'user', content, at: 'messages[0]' });
const assistant = (
  content: Extract<ChatMessage, { role: 'assistant' }>['content'],
  at = 'messages[1]',
): ChatMessage => ({
  role: 'assistant',
  content,
  at,
});
const text = (said: string) => ({ type: 'text', text: said }) as const;
const call = (id: string, input = '{}') => ({ type: 'tool-call', id, name: 'f', kind: 'function', input }) as const;
const result = (callId: string, said = 'r') =>
  ({ type: 'tool-result', callId, kind: 'function', content: [text(said)] }) as const;

describe('a conversation for Anthropic', () => {
  test('has all of its system messages in front, and neighbours of one role in one message', () => {
    const system = (said: string): ChatMessage => ({
      role: 'system',
      spelling: 'developer',
      content: [text(said)],
      at: 'messages[0]',
    });
    const body = encode([
      system('a'),
      user(text('1')),
      system('b'),
      user(text('2')),
      assistant([text('3')]),
      user(text('4')),
    ]);
    assert.deepEqual(body.system, [text('a'), text('b')]);
    assert.deepEqual(body.messages, [
      { role: 'user', content: [text('1'), text('2')] },
      { role: 'assistant', content: [text('3')] },
      { role: 'user', content: [text('4')] },
    ]);
  });

  test('has no text of white space: messages that become empty are left out', () => {
    const body = encode([
      { role: 'system', spelling: 'system', content: [text(' ')], at: 'messages[0]' },
      user(text('x')),
      assistant([text('\n')]),
      user(text('y'), text('')),
      assistant([text(' '), call('c')]),
      user(result('c', ' ')),
    ]);
    assert.equal(body.system, undefined);
    assert.deepEqual(body.messages, [
      { role: 'user', content: [text('x'), text('y')] },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'f', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c' }] },
    ]);
  });

  test('that an assistant begins has a word of the user before', () => {
    const { messages } = encode([assistant([text('Hello.')]), user(text('Hi'))]);
    assert.deepEqual(
      messages.map(({ role, content }: { role: string; content: unknown }) => [role, content]),
      [
        ['user', [{ type: 'text', text: '.' }]],
        ['assistant', [{ type: 'text', text: 'Hello.' }]],
        ['user', [{ type: 'text', text: 'Hi' }]],
      ],
    );
  });

  test('that has nothing but a system message is refused by the name of the field', () => {
    assert.throws(
      () => encode([{ role: 'system', spelling: 'system', content: [text('a')], at: 'messages[0]' }]),
      noPlace('messages'),
    );
    assert.throws(() => encode([user(text(''))]), noPlace('messages'));
  });

  test('has ids in the letters that Anthropic takes, the same for a call and its result, and no two alike', () => {
    const ids = [
      'functions.f:0',
      'functions_f_0',
      'call_1',
      'x-call_1',
      '',
      'ü',
      'a'.repeat(300),
      `${'a'.repeat(299)}b`,
    ];
    const body = encode([user(text('x')), assistant(ids.map((id) => call(id))), user(...ids.map((id) => result(id)))]);
    const sent: string[] = body.messages[1].content.map((block: { id: string }) => block.id);
    assert.equal(new Set(sent).size, ids.length);
    for (const id of sent) assert.match(id, /^[a-zA-Z0-9_-]{1,200}$/);
    assert.equal(sent[2], 'call_1');
    assert.deepEqual(
      body.messages[2].content.map((block: { tool_use_id: string }) => block.tool_use_id),
      sent,
    );
  });

  test('has an id only once, where a model counts its calls anew in each turn', () => {
    const turn = [assistant([call('f:0')]), user(result('f:0'))];
    const { messages } = encode([user(text('x')), ...turn, ...turn, ...turn]);
    const calls: string[] = messages
      .filter((_: unknown, at: number) => at % 2 === 1)
      .map((m: { content: { id: string }[] }) => m.content[0]?.id);
    const results: string[] = messages
      .slice(2)
      .filter((_: unknown, at: number) => at % 2 === 0)
      .map((m: { content: { tool_use_id: string }[] }) => m.content[0]?.tool_use_id);
    assert.equal(new Set(calls).size, 3);
    assert.deepEqual(results, calls);
  });

  test('has the results of a turn first in one message, in whatever messages they stood', () => {
    const body = encode([
      user(text('x')),
      assistant([call('a'), call('b')]),
      user(result('b')),
      user(text('and'), result('a')),
    ]);
    assert.deepEqual(
      body.messages[2].content.map((block: { type: string; tool_use_id?: string }) => block.tool_use_id ?? block.type),
      ['b', 'a', 'text'],
    );
  });

  test('with a call without a result, or a result without a call, is refused by the message', () => {
    const at = (place: string) => noPlace(place);
    assert.throws(() => encode([user(text('x')), assistant([call('a')]), user(text('y'))]), at('messages[1]'));
    assert.throws(() => encode([user(text('x')), assistant([call('a')])]), at('messages[1]'));
    assert.throws(() => encode([user(result('a'))]), at('messages[0]'));
    assert.throws(
      () => encode([user(text('x')), assistant([call('a')], 'messages[1]'), user(result('a'), result('a'))]),
      at('messages[0]'),
    );
  });

  test('keeps the digits of what a model gave a tool', () => {
    const input = '{"id": 1234567890123456789, "e": 1e400, "amount": 10.00}';
    const { body } = encodeMessagesRequest(
      chatRequest([user(text('x')), assistant([call('c', input)]), user(result('c'))]),
      testTarget(),
    );
    assert.ok(body.includes(`"input":${input}`));
  });

  test('takes a call without arguments, and refuses arguments that are no object', () => {
    const conversation = (input: string) => [user(text('x')), assistant([call('c', input)]), user(result('c'))];
    assert.deepEqual(encode(conversation('')).messages[1].content[0].input, {});
    for (const input of ['[]', '{"a":', '"text"', 'null']) {
      assert.throws(() => encode(conversation(input)), noPlace('messages[1]'));
    }
    assert.throws(() => encode(conversation(`{"a":${'['.repeat(500)}${']'.repeat(500)}}`)), noPlace(/nested too deep/));
  });

  test('has pictures and documents, also in the results of tools', () => {
    const image = (url: string) => ({ type: 'image', source: { kind: 'url', url } }) as const;
    const jpeg = { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: '/9j/AAAA' } };
    const shown = {
      ...result('c'),
      content: [text('shot'), image('data:image/jpg;base64,/9j/AAAA')],
    };
    const body = encode([
      user(
        image('DATA:IMAGE/JPEG;charset=utf-8;base64,/9j/AAAA'),
        image('HTTPS://example.com/A.png'),
        { type: 'image', source: { kind: 'base64', mediaType: 'Image/JPG; q=1', data: '/9j/AAAA' } },
        { type: 'file', source: { kind: 'base64', mediaType: 'application/pdf', data: 'JVBE' }, fileName: 'a.pdf' },
        { type: 'file', source: { kind: 'base64', mediaType: 'text/csv', data: 'YSxi' } },
      ),
      assistant([call('c')]),
      user(shown),
    ]);
    assert.deepEqual(body.messages[0].content, [
      jpeg,
      { type: 'image', source: { type: 'url', url: 'https://example.com/A.png' } },
      jpeg,
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' }, title: 'a.pdf' },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a,b' } },
    ]);
    assert.deepEqual(body.messages[2].content[0].content, [text('shot'), jpeg]);
  });

  test('refuses what it has no form for by the message, or leaves it out where that is allowed', () => {
    const odd: readonly UserPart[] = [
      { type: 'audio', encoding: 'mp3', data: 'AAAA' },
      { type: 'image', source: { kind: 'base64', mediaType: 'image/bmp', data: 'AAAA' } },
      { type: 'image', source: { kind: 'file', fileId: 'file-openai' } },
      { type: 'image', source: { kind: 'url', url: 'ftp://x' } },
      { type: 'file', source: { kind: 'base64', mediaType: 'application/msword', data: 'AAAA' } },
      { type: 'foreign', format: 'openai-responses', what: 'computer_call', json: '{}' },
    ];
    for (const part of odd) {
      assert.throws(() => encode([user(text('x'), part)]), noPlace('messages[0].content'));
      const encoded = encodeMessagesRequest(chatRequest([user(text('x'), part)]), testTarget({ dropsUnplaced: true }));
      assert.deepEqual(JSON.parse(encoded.body).messages, [{ role: 'user', content: [text('x')] }]);
      assert.deepEqual(encoded.dropped, ['messages[0].content']);
    }
  });

  test('gives thoughts back with the proof that Anthropic gave for them, and no others', () => {
    const proof = (format: string, kind: 'signature' | 'redacted' | 'encrypted', value = 'p') => ({
      format,
      kind,
      value,
    });
    const body = encode([
      user(text('x')),
      assistant([
        { type: 'reasoning', text: 'a', proof: proof('anthropic-messages', 'signature') },
        { type: 'reasoning', text: '', proof: proof('anthropic-messages', 'redacted') },
        { type: 'reasoning', text: 'b', proof: proof('openai-responses', 'encrypted') },
        { type: 'reasoning', text: 'c' },
        text('y'),
      ]),
      user(text('z')),
    ]);
    assert.deepEqual(body.messages[1].content, [
      { type: 'thinking', thinking: 'a', signature: 'p' },
      { type: 'redacted_thinking', data: 'p' },
      text('y'),
    ]);
  });

  test('ends without the white space that the API refuses, or without the answer that a model does not continue', () => {
    const begun = [user(text('x')), assistant([text('Once \n')])];
    assert.deepEqual(encode(begun).messages[1].content, [text('Once')]);
    assert.throws(() => encode(begun, { model: NEWER_MODEL }), noPlace('messages[1]'));
    assert.equal(encode(begun, { model: NEWER_MODEL, dropsUnplaced: true }).messages.length, 1);
  });

  test('has at most four marks for the cache, the last ones', () => {
    const marked = (said: string) => ({ ...text(said), cacheMark: '{"mode":"explicit","ttl":"12h"}' });
    const { messages } = encode([user(...['a', 'b', 'c', 'd', 'e', 'f'].map(marked))]);
    assert.deepEqual(
      messages[0].content.map((block: { cache_control?: unknown }) => block.cache_control),
      [undefined, undefined, ...Array.from({ length: 4 }, () => ({ type: 'ephemeral', ttl: '1h' }))],
    );
  });

  test('has no more marks than that with those of its tools, results and of the whole request', () => {
    const mark = { cacheMark: '{"type":"ephemeral"}' };
    const conversation: readonly ChatMessage[] = [
      { role: 'system', spelling: 'system', content: [{ ...text('s'), ...mark }], at: 'system' },
      user(text('x')),
      assistant([call('c')]),
      user({ ...result('c'), ...mark, content: [{ ...text('r'), ...mark }] }, { ...text('y'), ...mark }),
    ];
    const tools = [{ kind: 'function', name: 'f', schema: '{}', ...mark }] as const;
    const settings = mark;
    const marksOf = (request: object) => {
      const { body } = encodeMessagesRequest(chatRequest(conversation, { tools, ...request }), testTarget());
      return { count: body.split('"cache_control"').length - 1, body: JSON.parse(body) };
    };
    const without = marksOf({});
    assert.equal(without.count, 4);
    assert.equal(without.body.tools[0].cache_control, undefined);
    const whole = marksOf({ settings });
    assert.equal(whole.count, 4);
    assert.equal(whole.body.system[0].cache_control, undefined);
  });

  test('has an id of its own for every call of thousands with one id, in linear time', () => {
    const turns = Array.from({ length: 20_000 }, (_, at) => [
      assistant([call('c')], `messages[${2 * at + 1}]`),
      user(result('c', String(at))),
    ]);
    const { messages } = encode([user(text('x')), ...turns.flat()]);
    const ids = new Set<string>();
    for (const [at, { content }] of messages.slice(1).entries()) {
      const [block] = content;
      if (at % 2 === 0) ids.add(block.id);
      else assert.deepEqual([ids.has(block.tool_use_id), block.content], [true, [text(String((at - 1) / 2))]]);
    }
    assert.equal(ids.size, 20_000);
  });

  test('gives the results of one id to its calls in their order, and refuses one too many', () => {
    const { messages } = encode([
      user(text('x')),
      assistant([call('c'), call('d'), call('c')]),
      user(result('c', '1'), result('c', '2'), result('d', '3')),
    ]);
    const [first, other, second] = messages[1].content.map(({ id }: { id: string }) => id);
    assert.deepEqual(
      messages[2].content.map((block: { tool_use_id: string }) => block.tool_use_id),
      [first, second, other],
    );
    assert.throws(
      () => encode([user(text('x')), assistant([call('c')]), user(result('c'), result('c'))]),
      noPlace(/answers no call/),
    );
  });

  test('of a hundred thousand short messages of one role is written in linear time', () => {
    const messages = Array.from({ length: 100_000 }, (_, at) => userSays('x', `messages[${at}]`));
    assert.equal(encode(messages).messages[0].content.length, 100_000);
  });
});
