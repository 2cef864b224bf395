import assert from 'node:assert/strict';
import { describe, test } from '#testkit/test.ts';
import { noEnd, openAiRules, testTap, testTarget } from '../openai-chat/testing.ts';
import { askEmbeddings } from './ask.ts';
import { openAiEmbeddings } from './format.ts';

const request = { model: 'm', input: 'text' };

describe('embeddings that are asked for', () => {
  test('have no output, and the bytes of the body for their prompt', () => {
    for (const [input, texts] of [
      ['text', 1],
      [['a', 'b'], 2],
      [[1, 2, 3], 1],
      [[[1, 2], [3]], 2],
    ] as const) {
      const read = askEmbeddings({ ...request, input, encoding_format: 'base64', dimensions: 256 }, 1_000);
      assert.ok('asked' in read);
      const { hasOutput, outputTokensRequested, choices, promptTokensBound, stream } = read.asked;
      assert.deepEqual([hasOutput, outputTokensRequested, choices, stream], [false, 0, 1, false]);
      assert.equal(promptTokensBound, 1_000 + texts * 64);
    }
  });

  test('are refused by the field that is wrong', () => {
    const cases: readonly (readonly [Record<string, unknown>, string, string?])[] = [
      [{ input: 'a' }, 'model'],
      [{ model: 'm' }, 'input'],
      [{ ...request, input: [] }, 'input'],
      [{ ...request, input: [{ image: 'x' }] }, 'input[0]'],
      [{ ...request, input: ['a', 1] }, 'input[1]'],
      [{ ...request, input: Array(2_049).fill('a') }, 'input'],
      [{ ...request, dimensions: 0 }, 'dimensions'],
      [{ ...request, dimensions: '3' }, 'dimensions'],
      [{ ...request, encoding_format: 7 }, 'encoding_format'],
      [{ ...request, Input: 'x' }, 'Input'],
      [{ ...request, plugins: [1] }, 'plugins', 'feature_not_priced'],
    ];
    for (const [body, param, code = 'invalid_request'] of cases) {
      const read = askEmbeddings(body, 1_000);
      assert.ok('refusal' in read, param);
      assert.deepEqual([read.refusal.param, read.refusal.code], [param, code]);
    }
  });
});

describe('embeddings that are passed on', () => {
  test('go out as they came, with the provider’s name of the model', () => {
    const text = '{"model":"openai/m","input":["a"],"usage":{"include":true},"dimensions": 256}';
    const target = testTarget({ rules: { ...openAiRules, renamed: { dimensions: 'output_dimension' } } });
    const patched = openAiEmbeddings.client.patch(Buffer.from(text), JSON.parse(text), target).toString();
    assert.equal(patched, '{"model":"m","input":["a"],"output_dimension": 256}');
  });

  const answer = (numbers: number) =>
    JSON.stringify({
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: Array(numbers).fill(0.123456789) }],
      model: 'm',
      usage: { prompt_tokens: 8, total_tokens: 8 },
    });

  test('come back as they are, short and long, with their usage', () => {
    for (const numbers of [3, 400_000]) {
      const tap = openAiEmbeddings.client.openTap(testTap({}));
      const bytes = Buffer.from(answer(numbers));
      const passed: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += 65_536) {
        const out = tap.push(bytes.subarray(at, at + 65_536));
        if (out) passed.push(out);
      }
      tap.end();
      assert.deepEqual([tap.status(), tap.usage()?.usage], ['whole', { input: 8 }]);
      assert.ok(Buffer.concat([...passed, tap.closing(noEnd)]).equals(bytes));
    }
  });

  test('are none without any, and a failure where the provider says so', () => {
    const read = (text: string) => {
      const tap = openAiEmbeddings.client.openTap(testTap({}));
      tap.push(Buffer.from(text));
      tap.end();
      return tap;
    };
    assert.equal(read('{"object":"list","data":[]}').status(), 'invalid');
    const failed = read('{"error":{"message":"no","code":429}}');
    assert.deepEqual([failed.status(), failed.failure()?.kind], ['failed', 'rate']);
  });
});
