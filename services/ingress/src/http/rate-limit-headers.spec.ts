import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { durationText, rateLimitHeaders } from './rate-limit-headers.ts';

test('durations are written as OpenAI writes them', () => {
  const cases = { 0: '0ms', 120: '120ms', 999.6: '1s', 12000: '12s', 1500: '1.5s', 59999: '59.999s', 360000: '6m0s' };
  for (const [durationMs, text] of Object.entries(cases)) assert.equal(durationText(Number(durationMs)), text);
  assert.equal(durationText(-5), '0ms');
});

test('each unit that a limit counts has its headers, and one that none counts has none', () => {
  assert.deepEqual(rateLimitHeaders([]), {});
  assert.deepEqual(
    rateLimitHeaders([
      { unit: 'requests', limit: 60, remaining: 59, resetMs: 12_000 },
      { unit: 'tokens', limit: 1_000, remaining: 0, resetMs: 90_000 },
    ]),
    {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '12s',
      'x-ratelimit-limit-tokens': '1000',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '1m30s',
    },
  );
});
