import assert from 'node:assert/strict';
import type { AnswerEnd } from '#ai/chat/answer-part.ts';
import { test } from '#testkit/test.ts';
import { partReader } from './testing.ts';
import { createTranslatedDocument } from './translated-document.ts';

const told: AnswerEnd = { usage: { output: 2 }, serviceTier: '' };
const answer = JSON.stringify({
  content: [
    { type: 'text-delta', choice: 0, text: 'Hello' },
    { type: 'finish', choice: 0, reason: 'stop' },
  ],
  usage: { output: 7 },
});
const MB = 1024 * 1024;

function run(document: string, pieceBytes = 1024) {
  const decoder = createTranslatedDocument(partReader(), {
    write: (parts, { usage }) => `${parts.map(({ type }) => type).join(' ')} ${usage?.output}`,
    format: 'anthropic-messages',
    readUsage: (usage) => ({ usage: usage as { output: number }, flags: [], serviceTier: '', reported: '' }),
  });
  const bytes = Buffer.from(document);
  for (let at = 0; at < bytes.length && !decoder.isOver(); at += pieceBytes) {
    assert.equal(decoder.push(bytes.subarray(at, at + pieceBytes)), null);
  }
  if (!decoder.isOver()) decoder.end();
  return decoder;
}

test('an answer is written when it is whole, with what its end says', () => {
  const decoder = run(answer, 3);
  assert.deepEqual([decoder.status(), decoder.isOver(), decoder.hasWork()], ['whole', true, true]);
  assert.equal(decoder.closing(told).toString(), 'text-delta finish 2');
  assert.deepEqual(decoder.sample(), { text: 'Hello', scale: 1 });
});

test('a document that is cut stays open, with the text and the usage that came', () => {
  const decoder = run('{"usage":{"output":7},"content":[{"type":"text","text":"one two');
  assert.deepEqual([decoder.status(), decoder.hasWork(), decoder.usage()?.usage], ['open', true, { output: 7 }]);
  assert.equal(decoder.sample().text, 'one two');
});

test('garbage, and a document that is no answer, are invalid and no work', () => {
  for (const garbage of ['<html>', '[]', '{"object":"list"}', '', 'null']) {
    const decoder = run(garbage);
    assert.deepEqual([decoder.status(), decoder.hasWork()], ['invalid', false], garbage);
  }
});

test('an error in place of an answer is a failure with the words of the provider, and no work', () => {
  const decoder = run('{"content":[],"error":{"message":"It broke."}}');
  assert.deepEqual([decoder.status(), decoder.hasWork()], ['failed', false]);
  assert.equal(decoder.failure()?.message, 'It broke.');
});

test('an answer that is too long is read for its usage, and given to nobody', () => {
  const long = `{"content":[{"type":"text","text":"${'x'.repeat(17 * MB)}"}],"usage":{"output":9}}`;
  const decoder = run(long, MB);
  assert.deepEqual([decoder.status(), decoder.usage()?.usage], ['too-long', { output: 9 }]);
  assert.ok(decoder.sample().scale > 100);
  assert.equal(run(`[${'1,'.repeat(9 * MB)}1]`, MB).status(), 'invalid');
});
