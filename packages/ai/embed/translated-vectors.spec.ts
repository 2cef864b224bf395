import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { geminiEmbeddings } from '../formats/gemini-embeddings/format.ts';
import { openAiRules } from '../formats/openai-chat/testing.ts';
import { openAiEmbeddings } from '../formats/openai-embeddings/format.ts';
import type { EmbedContext } from './embed-format.ts';
import { createTranslatedVectors } from './translated-vectors.ts';

const formats = { openai: openAiEmbeddings, gemini: geminiEmbeddings };

function open(from: keyof typeof formats, body: EmbedContext['body'], count: number) {
  const spoken = formats[from];
  const asked = formats[from === 'openai' ? 'gemini' : 'openai'];
  assert.ok(spoken.embed && asked.embed);
  return createTranslatedVectors({
    from: spoken.embed,
    to: asked.embed,
    client: spoken.client,
    rules: openAiRules.usage,
    context: { model: 'm', body },
    count,
  });
}

/** The answer, fed in pieces of a length. */
function read(decoder: ReturnType<typeof open>, text: string, pieceBytes = text.length) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    assert.equal(decoder.push(bytes.subarray(at, at + pieceBytes)), null);
  }
  decoder.end();
  const usage = decoder.usage()?.usage ?? null;
  const closed = decoder.status() === 'whole' ? decoder.closing({ usage, serviceTier: '' }).toString() : '';
  return { status: decoder.status(), usage, text: closed };
}

/** More digits than a double has, and forms that JSON would not print again. */
const DIGITS = '[0.0023064255000000001234,-1.5E-3,7,0.10]';

describe('vectors for a client of another format', () => {
  const gemini = `{"embeddings":[{"values":${DIGITS}},{"values":[1,2]}],"usageMetadata":{"promptTokenCount":5}}`;

  test('keep their digits and their order, however the answer is cut', () => {
    for (let pieceBytes = 1; pieceBytes <= gemini.length; pieceBytes += 1) {
      const answer = read(open('gemini', { input: ['a', 'b'] }, 2), gemini, pieceBytes);
      assert.deepEqual([answer.status, answer.usage], ['whole', { input: 5 }]);
      assert.equal(
        answer.text,
        `{"object":"list","data":[{"object":"embedding","index":0,"embedding":${DIGITS}},` +
          '{"object":"embedding","index":1,"embedding":[1,2]}],"model":"m","usage":{"prompt_tokens":5,"total_tokens":5}}',
      );
    }
  });

  test('are little-endian floats in base64 where the client asks for it', () => {
    const answer = read(open('gemini', { input: ['a', 'b'], encoding_format: 'base64' }, 2), gemini);
    const { data } = JSON.parse(answer.text) as { data: { embedding: string }[] };
    const bytes = Buffer.from(data[0]?.embedding ?? '', 'base64');
    const numbers = Array.from({ length: 4 }, (_, at) => bytes.readFloatLE(at * 4));
    assert.deepEqual(numbers, [...new Float32Array([0.0023064255, -0.0015, 7, 0.1])]);
    assert.equal(Buffer.from(data[1]?.embedding ?? '', 'base64').length, 8);
  });

  test('stand by their indices, where each has one', () => {
    const answered = (...indices: readonly (number | string)[]) =>
      read(
        open('openai', { requests: [] }, 2),
        `{"data":[${indices.map((index, at) => `{"embedding":[${at}],"index":${index}}`).join()}],"usage":{"prompt_tokens":3}}`,
      ).text;
    const inOrder = '{"embeddings":[{"values":[0]},{"values":[1]}],"usageMetadata":{"promptTokenCount":3}}';
    assert.equal(answered(0, 1), inOrder);
    assert.equal(answered(1, 0), inOrder.replace('[0]', '[x]').replace('[1]', '[0]').replace('[x]', '[1]'));
    for (const odd of [
      [0, 0],
      [1, 2],
      ['null', 'null'],
      [-1, 0],
    ])
      assert.equal(answered(...odd), inOrder, odd.join());
  });

  test('of a single text are a single one', () => {
    const text = `\ufeff{"object":"list","data":[{"object":"embedding","index":0,"embedding":${DIGITS}}],"usage":{"total_tokens":4}}\n`;
    const answer = read(open('openai', { content: { parts: [{ text: 'a' }] } }, 1), text);
    assert.equal(answer.text, `{"embedding":{"values":${DIGITS}},"usageMetadata":{"promptTokenCount":4}}`);
  });

  test('are no answer where one is missing, too many, empty, or holds anything but numbers', () => {
    for (const vectors of [
      '{"embedding":[1]}',
      '{"embedding":[1]},{"embedding":[2]},{"embedding":[3]}',
      '{"embedding":[1]},{"embedding":[]}',
      '{"embedding":[1]},{"embedding":["a"]}',
      '{"embedding":[1]},{"embedding":[1,]}',
      '{"embedding":[1]},{"embedding":{"a":1}}',
      '{"embedding":[1]},{"embedding":"AAAA"}',
      '{"embedding":[1]},{}',
    ]) {
      const decoder = open('openai', { requests: [] }, 2);
      assert.equal(read(decoder, `{"data":[${vectors}],"usage":{"prompt_tokens":3}}`).status, 'invalid', vectors);
      // The model has done its work all the same.
      assert.deepEqual([decoder.hasWork(), decoder.usage()?.usage], [true, { input: 3 }]);
    }
    assert.equal(read(open('openai', {}, 1), '<html>').status, 'invalid');
  });

  test('that break off are cut, and a failure says why', () => {
    const cut = open('gemini', { input: 'a' }, 1);
    assert.equal(read(cut, gemini.slice(0, 40)).status, 'open');
    assert.equal(cut.hasWork(), true);
    const failed = open('gemini', { input: 'a' }, 1);
    const error = { code: 429, message: 'Quota exceeded.', status: 'RESOURCE_EXHAUSTED' };
    assert.equal(read(failed, JSON.stringify({ error })).status, 'failed');
    assert.deepEqual([failed.failure()?.kind, failed.failure()?.message], ['rate', 'Quota exceeded.']);
    assert.equal(failed.hasWork(), false);
  });

  test('of more text than is held are given up, and their usage is read', () => {
    const vector = `{"embedding":[${Array(60_000).fill('0.123456789012345678').join()}]}`;
    const decoder = open('openai', { requests: [] }, 20);
    const status = read(decoder, `{"data":[${Array(20).fill(vector).join()}],"usage":{"prompt_tokens":9}}`, 65_536);
    assert.deepEqual([status.status, status.usage], ['too-long', { input: 9 }]);
  });
});
