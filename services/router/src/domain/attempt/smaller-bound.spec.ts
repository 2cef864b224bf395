import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { smallerBound } from './smaller-bound.ts';

test('what is left for the answer is read from the words of a refusal', () => {
  const said: readonly [string, number][] = [
    [
      "This model's maximum context length is 131072 tokens. However, you requested 137530 tokens (104762 in the messages, 32768 in the completion).",
      26_310,
    ],
    [
      "'max_tokens' or 'max_completion_tokens' is too large: 32768. This model's maximum context length is 131072 tokens and your request has 104762 input tokens (32768 > 131072 - 104762).",
      26_310,
    ],
    [
      "This endpoint's maximum context length is 131072 tokens. However, you requested about 137530 tokens (104762 of text input, 32768 in the output).",
      26_310,
    ],
    ['input length and `max_tokens` exceed context limit: 188240 + 32768 > 200000, decrease input length', 11_760],
    ['max_tokens: 32768 > 8192, which is the maximum allowed number of output tokens for claude-x', 8_192],
    [
      'max_tokens is too large: 32768. This model supports at most 16,384 completion tokens, whereas you provided 32768.',
      16_384,
    ],
  ];
  for (const [words, left] of said) assert.equal(smallerBound(words, 32_768), left, words);
});

test('a prompt that leaves no room, and words without numbers, give no bound', () => {
  for (const words of [
    '',
    'prompt is too long: 250000 tokens > 200000 maximum',
    "This model's maximum context length is 131072 tokens. However, you requested 173000 tokens (140232 in the messages, 32768 in the completion).",
    'at most 65536 output tokens',
    'at most 0 output tokens',
  ]) {
    assert.equal(smallerBound(words, 32_768), null, words);
  }
});
