import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { createOpenAiWholeDecoder } from './whole.ts';

const reported = '"usage":{"prompt_tokens":7,"completion_tokens":2}';
const MB = 1024 * 1024;

/** A document of a choice with so many letters, fed in pieces. */
function run(text: string, pieceBytes: number) {
  const decoder = createOpenAiWholeDecoder();
  const passed: Buffer[] = [];
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length && !decoder.isOver(); at += pieceBytes) {
    const out = decoder.push(bytes.subarray(at, at + pieceBytes));
    if (out) passed.push(out);
  }
  decoder.end();
  return { decoder, passed: Buffer.concat(passed).toString(), closing: decoder.closing().toString() };
}

const answer = (letters: number, more = '') =>
  `{"id":"c","choices":[{"message":{"content":"${'a'.repeat(letters)}"},"logprobs":{"content":[{"token":"}"}]}}],${reported}}${more}`;

test('a short answer is held whole, and comes out as it came in', () => {
  for (const pieceBytes of [1, 7, 1_000_000]) {
    const { decoder, passed, closing } = run(answer(1_000, '\n'), pieceBytes);
    assert.deepEqual([decoder.status(), passed, closing], ['whole', '', answer(1_000, '\n')]);
    assert.equal(decoder.usage()?.input, 7);
  }
});

test('a long answer passes all but its end, wherever it is cut', () => {
  for (const more of ['', '\n', ' '.repeat(1_000)]) {
    for (const pieceBytes of [61, 65_536, 300_000]) {
      const text = answer(3 * MB, more);
      const { decoder, passed, closing } = run(text, pieceBytes);
      assert.equal(decoder.status(), 'whole');
      assert.ok(passed + closing === text);
      assert.ok(closing.trimEnd().endsWith('}') && passed.length > text.length - 300_000 - more.length - 200);
      assert.throws(() => JSON.parse(passed));
      assert.equal(decoder.usage()?.output, 2);
    }
  }
});

test('a long answer without its end stays open, and is estimated by its text', () => {
  const { decoder } = run(answer(2 * MB).slice(0, 2 * MB), 65_536);
  assert.equal(decoder.status(), 'open');
  const { text, scale } = decoder.sample();
  assert.ok(Math.abs(text.length * scale - 2 * MB) < 100);
});

test('a long document that holds no answer, or goes on behind its end, is invalid', () => {
  for (const text of [
    ' '.repeat(2 * MB),
    `[${'1,'.repeat(MB)}1]`,
    `<html>${'a'.repeat(2 * MB)}`,
    `${answer(2 * MB)}x`,
    answer(2 * MB, ' '.repeat(MB)),
    `{"object":"list","data":"${'a'.repeat(2 * MB)}"}`,
  ]) {
    assert.equal(run(text, 65_536).decoder.status(), 'invalid', text.slice(0, 20));
  }
});
