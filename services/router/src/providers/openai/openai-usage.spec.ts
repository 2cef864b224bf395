import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { readOpenAiUsage } from './openai-usage.ts';

const parts = (value: unknown) => {
  const usage = readOpenAiUsage(value);
  return usage && [usage.input, usage.cached_input, usage.cache_write, usage.output, usage.reasoning];
};

test('cached, cache-written and reasoning tokens are taken out of the wholes they are part of', () => {
  const usage = {
    prompt_tokens: 100,
    completion_tokens: 50,
    total_tokens: 150,
    prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
    completion_tokens_details: { reasoning_tokens: 20 },
  };
  assert.deepEqual(parts(usage), [30, 60, 10, 30, 20]);
});

test('a usage without details is all input and output', () => {
  assert.deepEqual(parts({ prompt_tokens: 3, completion_tokens: 4, prompt_tokens_details: null }), [3, 0, 0, 4, 0]);
});

test('reasoning that the total shows to be counted apart is not taken out of the completion', () => {
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 45 };
  assert.deepEqual(parts({ ...usage, completion_tokens_details: { reasoning_tokens: 30 } }), [10, 0, 0, 5, 30]);
});

test('nonsense is no usage', () => {
  const bad: unknown[] = [
    null,
    7,
    {},
    { prompt_tokens: '1', completion_tokens: 1 },
    { prompt_tokens: -1, completion_tokens: 1 },
    { prompt_tokens: 1.5, completion_tokens: 1 },
    { prompt_tokens: 1, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 2 } },
    { prompt_tokens: 1, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 'x' } },
    { prompt_tokens: 1, completion_tokens: 1, completion_tokens_details: { reasoning_tokens: 2 } },
  ];
  for (const usage of bad) assert.equal(readOpenAiUsage(usage), null, JSON.stringify(usage));
});
