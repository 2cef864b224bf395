import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { durationText, rateLimitHeaders } from './rate-limit-headers.ts';

test('durations are written as OpenAI writes them', () => {
  const cases = { 0: '0ms', 120: '120ms', 999.6: '1s', 12000: '12s', 1500: '1.5s', 59999: '59.999s', 360000: '6m0s' };
  for (const [durationMs, text] of Object.entries(cases)) assert.equal(durationText(Number(durationMs)), text);
  assert.equal(durationText(-5), '0ms');
});

test('a user without a quota gets no rate headers', () => {
  assert.deepEqual(rateLimitHeaders(null), {});
});
