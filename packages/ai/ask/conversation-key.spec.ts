import assert from 'node:assert/strict';
import type { JsonObject } from '#kernel/json.ts';
import { describe, test } from '#testkit/test.ts';
import type { FrontFormatName } from '../format.ts';
import { formatTable } from '../formats/format-table.ts';
import { conversationKey } from './conversation-key.ts';

function keyOf(format: FrontFormatName, body: JsonObject): string | undefined {
  const read = formatTable[format].server.ask(body, Buffer.byteLength(JSON.stringify(body)));
  assert.ok('asked' in read, JSON.stringify(read));
  return read.asked.conversationKey;
}

const user = (content: unknown) => ({ role: 'user', content });
const answer = (content: unknown) => ({ role: 'assistant', content });

describe('the turns of a conversation have the same key, and another conversation has not', () => {
  test('in chat, whatever the model', () => {
    const system = { role: 'system', content: 'You are a helpful assistant.' };
    const turns = [
      [system, user('one')],
      [system, user('one'), answer('1'), user('two')],
      [system, user('one'), answer('1'), user('two'), answer('2'), user('three')],
    ];
    const keys = turns.map((messages, at) => keyOf('openai-chat', { model: `m${at}`, messages }));
    assert.equal(new Set(keys).size, 1);
    assert.notEqual(keyOf('openai-chat', { model: 'm', messages: [system, user('else')] }), keys[0]);
    const other = { role: 'system', content: 'You are a pirate.' };
    assert.notEqual(keyOf('openai-chat', { model: 'm', messages: [other, user('one')] }), keys[0]);
  });

  test('in messages, where marks of the cache move on', () => {
    const base = { model: 'm', max_tokens: 5, system: [{ type: 'text', text: 'You are a coding agent.' }] };
    const part = (text: string, isMarked: boolean) => ({
      ...{ type: 'text', text },
      ...(isMarked && { cache_control: { type: 'ephemeral' } }),
    });
    const first = (isMarked: boolean) => user([part('<reminder>', false), part('fix it', isMarked)]);
    const turns = [
      [first(true)],
      [first(false), answer('how'), user([part('so', true)])],
      [first(false), answer('how'), user([part('so', false)]), answer('ok'), user('now')],
    ];
    const keys = turns.map((messages) => keyOf('anthropic-messages', { ...base, messages }));
    assert.equal(new Set(keys).size, 1);
    const other = [user([part('<reminder>', false), part('test it', true)])];
    assert.notEqual(keyOf('anthropic-messages', { ...base, messages: other }), keys[0]);
  });

  test('in responses, where a text becomes an item and instructions are of one turn', () => {
    const turns = [
      { instructions: 'Be brief.', input: 'one' },
      { input: [user('one'), { type: 'message', ...answer([]) }, user('two')] },
      { instructions: 'Be long.', input: [user([{ type: 'input_text', text: 'one' }]), answer('1'), user('two')] },
    ];
    const keys = turns.map((turn) => keyOf('openai-responses', { model: 'm', ...turn }));
    assert.equal(new Set(keys).size, 1);
    assert.notEqual(keyOf('openai-responses', { model: 'm', input: 'else' }), keys[0]);
  });

  test('in completions, whose prompt grows', () => {
    const begins = 'Once upon a time. '.repeat(100);
    const keys = [begins, `${begins} There was`, [`${begins} There was`, 'more']].map((prompt) =>
      keyOf('openai-completions', { model: 'm', prompt }),
    );
    assert.equal(new Set(keys).size, 1);
    assert.notEqual(keyOf('openai-completions', { model: 'm', prompt: [1, 2, 3] }), keys[0]);
    assert.equal(keyOf('openai-completions', { model: 'm' }), undefined);
  });
});

test("the client's own key wins, and a long one is digested", () => {
  const messages = [user('hi')];
  assert.equal(keyOf('openai-chat', { model: 'm', messages, prompt_cache_key: 'mine' }), 'mine');
  assert.equal(keyOf('openai-responses', { model: 'm', input: 'hi', prompt_cache_key: 'mine' }), 'mine');
  const long = conversationKey({ ownKey: 'k'.repeat(257), messages });
  assert.equal(long?.length, 43);
  assert.notEqual(long, conversationKey({ messages }));
  assert.equal(conversationKey({ ownKey: 7, messages }), conversationKey({ messages }));
});

test('embeddings have no conversation', () => {
  assert.equal(keyOf('openai-embeddings', { model: 'm', input: 'hi' }), undefined);
});

test('long questions that begin alike are told apart by their ends, and pictures by their data', () => {
  const long = (end: string) => conversationKey({ messages: [user('x'.repeat(100_000) + end)] });
  assert.notEqual(long('a'), long('b'));
  const picture = (data: string) =>
    conversationKey({
      messages: [
        user([{ type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(2_000)}${data}` } }]),
      ],
    });
  assert.notEqual(picture('a'), picture('b'));
  assert.equal(picture('a'), picture('a'));
});

test('without a word of a user, what stands first has to do', () => {
  assert.notEqual(conversationKey({ messages: [answer('a')] }), conversationKey({ messages: [answer('b')] }));
  assert.equal(conversationKey({ messages: [] }), undefined);
  assert.equal(conversationKey({ messages: [user('')] }), undefined);
});
