import assert from 'node:assert/strict';
import { test } from '#testkit/test.ts';
import { durationText, rateLimitHeaders } from './rate-limit-headers.ts';

test('durations are written as OpenAI writes them', () => {
  const cases = { 0: '0ms', 120: '120ms', 999.6: '1s', 12000: '12s', 1500: '1.5s', 59999: '59.999s', 360000: '6m0s' };
  for (const [durationMs, text] of Object.entries(cases)) assert.equal(durationText(Number(durationMs)), text);
  assert.equal(durationText(-5), '0ms');
});

const NOW_MS = Date.parse('2026-01-31T12:00:00.200Z');
const windows = [
  { unit: 'requests', limit: 60, remaining: 59, resetMs: 12_000 },
  { unit: 'tokens', limit: 1_000, remaining: 0, resetMs: 90_000 },
] as const;

test('each unit that a limit counts has its headers, and one that none counts has none', () => {
  assert.deepEqual(rateLimitHeaders([], 'openai', NOW_MS), {});
  assert.deepEqual(rateLimitHeaders(windows, 'openai', NOW_MS), {
    'x-ratelimit-limit-requests': '60',
    'x-ratelimit-remaining-requests': '59',
    'x-ratelimit-reset-requests': '12s',
    'x-ratelimit-limit-tokens': '1000',
    'x-ratelimit-remaining-tokens': '0',
    'x-ratelimit-reset-tokens': '1m30s',
  });
});

test("Anthropic's clients are told the time at which a limit starts anew, and never too early", () => {
  assert.deepEqual(rateLimitHeaders(windows, 'anthropic', NOW_MS), {
    'anthropic-ratelimit-requests-limit': '60',
    'anthropic-ratelimit-requests-remaining': '59',
    'anthropic-ratelimit-requests-reset': '2026-01-31T12:00:13Z',
    'anthropic-ratelimit-tokens-limit': '1000',
    'anthropic-ratelimit-tokens-remaining': '0',
    'anthropic-ratelimit-tokens-reset': '2026-01-31T12:01:31Z',
  });
  const forEver = [{ unit: 'tokens', limit: 1, remaining: 1, resetMs: Number.MAX_SAFE_INTEGER }] as const;
  const { 'anthropic-ratelimit-tokens-reset': reset } = rateLimitHeaders(forEver, 'anthropic', NOW_MS);
  assert.equal(reset, '9999-12-31T23:59:59Z');
});
