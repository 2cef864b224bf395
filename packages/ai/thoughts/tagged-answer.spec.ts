import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from '#testkit/test.ts';
import type { FrontFormatName } from '../format.ts';
import { formatTable } from '../formats/format-table.ts';
import { geminiRules, streamBytes, thoughtfulStream } from '../formats/gemini-generate/testing.ts';
import { taggedAnswer } from './tagged-answer.ts';
import { writeTag } from './thought-tag.ts';

const tag = writeTag({ userId: 'u', provider: 'p', account: 'a' }, false);

const fixture = (path: string) => readFileSync(new URL(`../formats/${path}`, import.meta.url));

/** What a client gets of a provider's bytes, which come in pieces. */
function passed(format: FrontFormatName, bytes: Buffer, stream: boolean, isTagged: boolean, pieceBytes = 1_000_000) {
  const tap = { stream, rules: geminiRules, isUsageHidden: false, tellsCost: false };
  const raw = formatTable[format].client.openTap(tap);
  const decoder = isTagged ? taggedAnswer(raw, { format, stream, tag: () => tag }) : raw;
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length && !decoder.isOver(); at += pieceBytes) {
    out.push(decoder.push(bytes.subarray(at, at + pieceBytes)) ?? Buffer.alloc(0));
  }
  if (!decoder.isOver()) decoder.end();
  assert.equal(decoder.status(), 'whole');
  return Buffer.concat([...out, decoder.closing({ usage: null, serviceTier: '' })]).toString();
}

function tagsIn(text: string): number {
  return text.split(tag).length - 1;
}

const message = {
  type: 'message',
  role: 'assistant',
  content: [
    { type: 'thinking', thinking: 'Hm "signature":"no"', signature: 'c2ln' },
    { type: 'redacted_thinking', data: 'cmVk' },
    {
      type: 'tool_use',
      id: 't',
      name: 'sign',
      input: { signature: 'mine', data: 'mine', content: [{ type: 'thinking', signature: 'no' }] },
    },
  ],
  stop_reason: 'tool_use',
  usage: { input_tokens: 7, output_tokens: 2 },
};
const call = { name: 'f', args: { thoughtSignature: 'mine', parts: [{ thoughtSignature: 'mine' }] } };
const generated = {
  candidates: [{ content: { parts: [{ functionCall: call, thoughtSignature: 'c2ln' }] }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 1, totalTokenCount: 1 },
};
const chat = {
  choices: [
    {
      index: 0,
      finish_reason: 'stop',
      message: { content: 'Hi', reasoning_details: [{ data: 'eA==' }, { signature: 'eQ==', data: '' }] },
    },
  ],
  usage: { prompt_tokens: 7, completion_tokens: 2 },
};
const json = (value: object) => Buffer.from(JSON.stringify(value, null, 1));

const answers: readonly (readonly [FrontFormatName, Buffer, stream: boolean, tags: number])[] = [
  ['openai-responses', fixture('openai-responses/fixtures/agent-turn.sse'), true, 2],
  ['openai-responses', fixture('openai-responses/fixtures/agent-turn.json'), false, 1],
  ['anthropic-messages', fixture('anthropic-messages/fixtures/thinking.sse'), true, 2],
  ['anthropic-messages', fixture('anthropic-messages/fixtures/text-and-tool.sse'), true, 0],
  ['anthropic-messages', json(message), false, 2],
  ['gemini-generate', streamBytes(thoughtfulStream), true, 1],
  ['gemini-generate', json(generated), false, 1],
  ['openai-chat', json(chat), false, 2],
];

test('each sealed thought of an answer gets a tag, and every other byte stays', () => {
  for (const [format, bytes, stream, tags] of answers) {
    const plain = passed(format, bytes, stream, false);
    for (const pieceBytes of [1, 7, 1_000_000]) {
      const text = passed(format, bytes, stream, true, pieceBytes);
      assert.deepEqual([tagsIn(text), text.replaceAll(tag, '') === plain], [tags, true], `${format} ${stream}`);
    }
  }
});

test('a tag is Base64 that keeps what follows where it is', () => {
  assert.equal(tag.length % 4, 0);
  assert.match(tag, /^[0-9A-Za-z]{32}$/);
  assert.equal(Buffer.from(`${tag}c2ln`, 'base64').toString('latin1').slice(-3), 'sig');
});

test('a document that is too long to be held passes as it came', () => {
  const long = json({ ...message, content: [...message.content, { type: 'text', text: 'x'.repeat(2_000_000) }] });
  assert.equal(passed('anthropic-messages', long, false, true, 65_536), long.toString());
});
