import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from '#testkit/test.ts';
import { readRateHeaders } from './rate-headers.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const read = (headers: Readonly<Record<string, string | readonly string[]>>) =>
  Object.fromEntries(readRateHeaders(headers, NOW));

test("OpenAI's limits of requests and tokens are read, with resets as durations", () => {
  const told = read({
    'x-ratelimit-limit-requests': '60',
    'x-ratelimit-remaining-requests': '59',
    'x-ratelimit-reset-requests': '1s',
    'x-ratelimit-limit-tokens': '150000',
    'x-ratelimit-remaining-tokens': '149984',
    'x-ratelimit-reset-tokens': '6m0s',
  });
  assert.deepEqual(told, {
    requests: { limit: 60, remaining: 59, resetAtMs: NOW + 1_000 },
    tokens: { limit: 150_000, remaining: 149_984, resetAtMs: NOW + 360_000 },
  });
});

test("Anthropic's limits are read, with resets as RFC 3339 dates", () => {
  const told = read({
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '49',
    'anthropic-ratelimit-requests-reset': '2026-03-01T12:00:01Z',
    'anthropic-ratelimit-input-tokens-limit': '40000',
    'anthropic-ratelimit-input-tokens-remaining': '39000',
    'anthropic-ratelimit-input-tokens-reset': '2026-03-01T12:00:30+00:00',
    'anthropic-ratelimit-unified-status': 'allowed',
  });
  assert.deepEqual(told, {
    requests: { limit: 50, remaining: 49, resetAtMs: NOW + 1_000 },
    'input-tokens': { limit: 40_000, remaining: 39_000, resetAtMs: NOW + 30_000 },
  });
});

test('limits by window, limits without a name and the fields of the IETF are read', () => {
  assert.deepEqual(
    read({
      'x-ratelimit-limit-tokens-minute': '60000',
      'x-ratelimit-remaining-tokens-minute': '1000',
      'x-ratelimit-reset-tokens-minute': '11.38',
    }),
    { 'tokens-minute': { limit: 60_000, remaining: 1_000, resetAtMs: NOW + 11_380 } },
  );
  const plain = { '': { limit: 100, remaining: 50, resetAtMs: NOW + 30_000 } };
  assert.deepEqual(read({ 'ratelimit-limit': '100', 'ratelimit-remaining': '50', 'ratelimit-reset': '30' }), plain);
  assert.deepEqual(
    read({ 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '50', 'ratelimit-reset': '30' }),
    plain,
  );
  assert.deepEqual(read({ ratelimit: 'limit=100, remaining=50, reset=30' }), plain);
  assert.deepEqual(read({ 'ratelimit-policy': '"burst";q=100;w=60', ratelimit: '"burst";r=50;t=30' }), plain);
  const epochS = String(NOW / 1_000 + 30);
  assert.deepEqual(
    read({ 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '50', 'x-ratelimit-reset': epochS }),
    plain,
  );
  const epochMs = String(NOW + 30_000);
  assert.deepEqual(
    read({ 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '50', 'x-ratelimit-reset': epochMs }),
    plain,
  );
});

test('resets come as milliseconds, hours and days as well, and none is believed beyond an hour or before now', () => {
  const resetOf = (text: string) => read({ 'x-ratelimit-reset-requests': text })['requests']?.resetAtMs;
  assert.equal(resetOf('250ms'), NOW + 250);
  assert.equal(resetOf('7.66s'), NOW + 7_660);
  assert.equal(resetOf('2m59.56s'), NOW + 179_560);
  assert.equal(resetOf('23h59m'), NOW + 3_600_000);
  assert.equal(resetOf('1d'), NOW + 3_600_000);
  assert.equal(resetOf('2026-03-01T11:00:00Z'), NOW);
  assert.equal(resetOf('Sun, 01 Mar 2026 12:00:05 GMT'), NOW + 5_000);
});

test('what is no number, duration or date is left out', () => {
  for (const text of ['', '-1', 'NaN', 'Infinity', '1e9', '0x10', '5 apples', '9'.repeat(400), 'soon', '12s34']) {
    const told = read({ 'x-ratelimit-reset-requests': text });
    assert.deepEqual(told, text === '' ? {} : told, text);
    assert.equal(told['requests']?.resetAtMs, undefined, text);
  }
  for (const text of ['-1', 'unlimited', '1e9', ''])
    assert.deepEqual(read({ 'x-ratelimit-remaining-tokens': text }), {});
  assert.deepEqual(read({ 'x-request-id': '5', 'retry-after': '5', 'x-ratelimit-over-limit': 'yes' }), {});
});

test('no header makes it throw, and no number of them makes it keep more than its bound', () => {
  const name = fc.oneof(
    fc.string(),
    fc.constantFrom('ratelimit', 'x-ratelimit-reset-requests', 'anthropic-ratelimit-x-limit'),
  );
  fc.assert(fc.property(fc.dictionary(name, fc.string()), (headers) => void readRateHeaders(headers, NOW)));
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`x-ratelimit-limit-what${index}`, '1']));
  assert.equal(readRateHeaders(many, NOW).size, 16);
});
