import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import type { FrontFormatName } from '../format.ts';
import { isMadeBy, writeTag } from './thought-tag.ts';
import { mayHaveTags, untaggedRequest } from './untagged-request.ts';

const maker = { userId: 'u', provider: 'p', account: 'a' };
const own = writeTag(maker, false);
const others = writeTag({ ...maker, account: 'b' }, false);

function sent(format: FrontFormatName, text: string, model = 'm') {
  const request = { format, body: Buffer.from(text), parsedBody: JSON.parse(text) };
  const { body, parsedBody, leavesOut } = untaggedRequest(request, model, (tag) => isMadeBy(tag, maker));
  assert.deepEqual(JSON.parse(body.toString()), JSON.parse(JSON.stringify(parsedBody)));
  return { text: body.toString(), leavesOut };
}

/** A request of each format with thoughts of three turns: with `mine`, without a tag, and with `other`. */
function requestOf(format: FrontFormatName, mine: string, other: string | null): string {
  const thoughts = [mine, 'untagged', ...(other === null ? [] : [other])];
  switch (format) {
    case 'anthropic-messages': {
      const blocks = thoughts.map((data) => ({ type: 'redacted_thinking', data }));
      const signed = thoughts.map((signature) => ({ type: 'thinking', thinking: '', signature }));
      return `{"messages":${JSON.stringify([{ role: 'assistant', content: [...blocks, ...signed] }])},"n":1.0}`;
    }
    case 'openai-chat': {
      const details = thoughts.map((data) => ({ data }));
      return `{"n":1.0,"messages":${JSON.stringify([{ role: 'assistant', content: own, reasoning_details: details }])}}`;
    }
    default:
      return `{"n":1.0,"input":${JSON.stringify(thoughts.map((sealed) => ({ type: 'reasoning', encrypted_content: sealed })))}}`;
  }
}

test('own thoughts lose their tag, thoughts without one stay, and what another account made or was changed is left out', () => {
  for (const format of ['anthropic-messages', 'openai-chat', 'openai-responses', 'openai-compact'] as const) {
    const wanted = requestOf(format, 'eA==', null);
    assert.deepEqual(sent(format, requestOf(format, `${own}eA==`, null)), { text: wanted, leavesOut: false }, format);
    for (const other of [`${others}eA==`, `${own.slice(0, 20)}eA==`, `gwThink${own}eA==`]) {
      assert.deepEqual(sent(format, requestOf(format, `${own}eA==`, other)), { text: wanted, leavesOut: true }, format);
    }
  }
});

test('a signature that came in pieces has a tag in each, and digits that no double holds are kept', () => {
  const text = `{"input":[{"type":"reasoning","encrypted_content":"${own}ab${own}cd","n":12345678901234567890.10}]}`;
  assert.match(sent('openai-responses', text).text, /"abcd","n":12345678901234567890\.10/);
});

test('a call of Gemini 3 without its signature says so, and what it says stays', () => {
  const call = (signature: string | undefined) =>
    JSON.stringify({
      contents: [{ role: 'model', parts: [{ functionCall: { name: 'f' }, thoughtSignature: signature }] }],
    });
  assert.equal(sent('gemini-generate', call(`${own}c2ln`)).text, call('c2ln'));
  assert.equal(sent('gemini-generate', call(`${others}c2ln`)).text, call(undefined));
  const none = call('skip_thought_signature_validator');
  assert.equal(sent('gemini-generate', call(`${others}c2ln`), 'gemini-3-pro').text, none);
});

test('an empty text of Gemini that had a signature alone goes with it', () => {
  const empty = { text: '', thoughtSignature: `${others}c2ln` };
  const contents = (...parts: object[][]) => JSON.stringify({ contents: parts.map((part) => ({ parts: part })) });
  const text = contents([{ text: 'Hi' }, empty], [empty], [{ ...empty, text: 'Hi' }]);
  assert.equal(sent('gemini-generate', text).text, contents([{ text: 'Hi' }], [{ text: 'Hi' }]));
});

test('a message of thoughts alone goes with them, and text that only looks like a tag stays', () => {
  const messages = [
    { role: 'user', content: `${others}` },
    { role: 'assistant', content: [{ type: 'thinking', thinking: '', signature: `${others}c2ln` }] },
  ];
  const text = JSON.stringify({ messages });
  assert.equal(sent('anthropic-messages', text).text, JSON.stringify({ messages: messages.slice(0, 1) }));
  const plain = JSON.stringify({ messages: messages.slice(0, 1) });
  assert.equal(mayHaveTags({ format: 'anthropic-messages', body: Buffer.from(plain) }), true);
  assert.deepEqual(sent('anthropic-messages', plain), { text: plain, leavesOut: false });
  assert.equal(mayHaveTags({ format: 'openai-embeddings', body: Buffer.from(plain) }), false);
});
