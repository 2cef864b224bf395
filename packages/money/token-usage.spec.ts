import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { completionTokensOf, isNoUsage, noUsage, promptTokensOf } from './token-usage.ts';

test('whole counts are the sums of their disjoint parts', () => {
  const usage = {
    inputTokens: 1,
    cachedInputTokens: 2,
    cacheWriteTokens: 4,
    cacheWrite1hTokens: 8,
    outputTokens: 16,
    reasoningTokens: 32,
  };
  assert.equal(promptTokensOf(usage), 15);
  assert.equal(completionTokensOf(usage), 48);
});

test('a usage is none only where every part is zero', () => {
  assert.equal(isNoUsage(noUsage), true);
  for (const part of Object.keys(noUsage)) assert.equal(isNoUsage({ ...noUsage, [part]: 1 }), false, part);
});
