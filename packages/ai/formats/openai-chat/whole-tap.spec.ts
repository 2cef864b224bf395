import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { openChatTap } from './tap.ts';
import { noEnd, testTap } from './testing.ts';

const reported = '"usage":{"prompt_tokens":7,"completion_tokens":2}';
const MB = 1024 * 1024;

/** A document of a choice with so many letters, fed in pieces. */
function run(text: string, pieceBytes: number) {
  const decoder = openChatTap(testTap({ stream: false }));
  const passed: Buffer[] = [];
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length && !decoder.isOver(); at += pieceBytes) {
    const out = decoder.push(bytes.subarray(at, at + pieceBytes));
    if (out) passed.push(out);
  }
  decoder.end();
  return { decoder, passed: Buffer.concat(passed).toString(), closing: decoder.closing(noEnd).toString() };
}

const answer = (letters: number, more = '') =>
  `{"id":"c","choices":[{"message":{"content":"${'a'.repeat(letters)}"},"logprobs":{"content":[{"token":"}"}]}}],${reported}}${more}`;

test('a short answer is held whole, and comes out as it came in', () => {
  for (const pieceBytes of [1, 7, 1_000_000]) {
    const { decoder, passed, closing } = run(answer(1_000, '\n'), pieceBytes);
    assert.deepEqual([decoder.status(), passed, closing], ['whole', '', answer(1_000, '\n')]);
    assert.equal(decoder.usage()?.usage.input, 7);
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
      assert.equal(decoder.usage()?.usage.output, 2);
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

test('an error in a 200 is the failure of the answer, wherever it stands', () => {
  for (const [text, kind] of [
    ['{"error":{"message":"Provider returned error","code":429},"choices":[]}', 'rate'],
    ['{"error":"no","choices":[{"message":{"content":"x"}}]}', 'unknown'],
    ['{"choices":[{"message":{"content":""},"error":{"message":"no","code":502}}]}', 'server'],
    ['{"choices":[{"message":{"content":""},"finish_reason":"error"}]}', 'unknown'],
    ['{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"},"choices":null}', 'balance'],
  ] as const) {
    const { decoder } = run(text, 10);
    assert.deepEqual([decoder.status(), decoder.failure()?.kind, decoder.hasWork()], ['failed', kind, false], text);
  }
});

test('a document without any choice is no answer', () => {
  for (const text of ['{"choices":[]}', '{"choices":null}', '{"id":"x"}', '{}']) {
    assert.equal(run(text, 100).decoder.status(), 'invalid', text);
  }
});

test('a byte-order mark before the document does not matter', () => {
  const { decoder } = run(`\ufeff${answer(10)}`, 1);
  assert.deepEqual([decoder.status(), decoder.usage()?.usage], ['whole', { input: 7, output: 2 }]);
});

test('the tier that served is told with the usage', () => {
  for (const letters of [10, 2 * MB]) {
    const tiered = answer(letters).replace('"id"', '"service_tier":"flex","id"');
    assert.equal(run(tiered, 65_536).decoder.usage()?.serviceTier, 'flex');
  }
});

test('a cost is put into the usage, and nothing else changes', () => {
  const end = { usage: null, serviceTier: '', costNanoUsd: 1_000_000_007n };
  const told = (text: string) => {
    const decoder = openChatTap(testTap({ tellsCost: true }));
    decoder.push(Buffer.from(text));
    decoder.end();
    return decoder.closing(end).toString();
  };
  const text = `{ "seed":12345678901234567890,"choices":[{"message":{"content":"a"}}], ${reported}}`;
  assert.equal(told(text), text.replace('"completion_tokens":2}', '"completion_tokens":2,"cost":1.000000007}'));
  assert.equal(told('{"choices":[{}]}'), '{"usage":{"cost":1.000000007},"choices":[{}]}');
});
