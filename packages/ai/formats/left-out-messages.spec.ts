import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import type { ChatRequest } from '../chat/chat-request.ts';
import type { ChatMessage, Foreign } from '../chat/content.ts';
import { NoPlace } from '../format.ts';
import { formatTable } from './format-table.ts';
import { openAiRules } from './openai-chat/testing.ts';

const foreign: Foreign = { type: 'foreign', format: 'elsewhere', what: 'odd_part', json: '{"type":"odd_part"}' };
const question: ChatMessage = { role: 'user', content: [{ type: 'text', text: 'Hi' }], at: 'messages[0]' };
const target = { model: 'claude-opus-5', stream: false, outputTokensMax: 9, rules: openAiRules, dropsUnplaced: true };

for (const name of ['openai-chat', 'openai-responses', 'anthropic-messages'] as const) {
  const encode = (last: ChatMessage) => {
    const request: ChatRequest = {
      messages: [question, last],
      tools: [],
      settings: {},
      others: new Map(),
      spelling: {},
    };
    const encoded = formatTable[name].client.encode?.(request, target);
    assert.ok(encoded);
    return encoded;
  };

  test(`${name}: a message of which nothing is left is refused by its path, also where parts may be left out`, () => {
    for (const role of ['user', 'system'] as const) {
      const message = { role, spelling: 'system' as const, content: [foreign], at: 'messages[1]' };
      assert.throws(
        () => encode(message),
        (thrown) => thrown instanceof NoPlace && thrown.what === 'messages[1]',
      );
    }
  });

  test(`${name}: what is left out of a message is told by the path of its client`, () => {
    const { body, dropped } = encode({
      role: 'user',
      content: [{ type: 'text', text: 'So' }, foreign],
      at: 'messages[1]',
    });
    assert.match(dropped.join(), /^messages\[1\]\.content/);
    assert.match(body, /So/);
  });

  test(`${name}: an answer of which nothing is left is no empty message`, () => {
    const { body, dropped } = encode({ role: 'assistant', content: [foreign], at: 'messages[1]' });
    assert.equal(dropped.length, 1);
    assert.doesNotMatch(body, /assistant|odd_part/);
  });
}
